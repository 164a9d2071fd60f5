/** `proxy replay FILE`. */
import { readFileSync } from 'node:fs';
import type { CapturedExchange } from '../../../capture/captured.ts';
import { findProvider } from '../../../catalog/catalog.ts';
import { UsageError } from '../../../errors/errors.ts';
import type { CommandInput } from '../../arguments/command.ts';
import { print } from './proxy-input.ts';

/** Exit status 1 when this version does something otherwise. */
export async function replayFile({ flags }: CommandInput, file: string): Promise<number> {
  const { replay } = await import('../../../capture/replay.ts');
  const captured = readCapture(file);
  const differences = await replay(captured, findProvider(flags.provider ?? 'zai-coding'));
  for (const { exchange, place, was, is } of differences) {
    print(`exchange ${exchange}, ${place}\n  - ${JSON.stringify(was)}\n  + ${JSON.stringify(is)}\n`);
  }
  print(`${captured.length} exchanges, ${differences.length} differences\n`);
  return differences.length === 0 ? 0 : 1;
}

function readCapture(file: string): CapturedExchange[] {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    // written by `proxy capture`
    return lines.map((line) => JSON.parse(line) as CapturedExchange);
  } catch (error) {
    throw new UsageError('USAGE', `${file} is not a capture: ${(error as Error).message}`, {
      hint: 'Make one by: codex-glm proxy capture FILE',
      cause: error,
    });
  }
}
