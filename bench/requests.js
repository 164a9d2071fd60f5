// Bodies as codex 0.169 sends them, made of one that it has sent.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const captured = JSON.parse(
  readFileSync(new URL('../fixtures/requests/0.169.0/10-shell-turn-first.responses.json', import.meta.url), 'utf8'),
);

/** The least that a client can send. */
export const shortRequest = JSON.stringify({ model: 'glm-5.3', input: 'Hello!', stream: true, store: false });

/** The first request of codex's first turn: most of it is tools and instructions. */
export const firstRequest = JSON.stringify({ ...captured, model: 'glm-5.3', stream: true });

/**
 * A conversation of tool rounds that has `bytes` at first and then grows by one round per request, as codex sends it:
 * the whole history each time, in front of it what never changes.
 *
 * @param name makes it differ from every other one
 * @returns {{ next(): { body: string, roundsHash: string } }}
 */
export function conversation(name, bytes) {
  const input = [...captured.input];
  /** What the model has to be shown of the rounds. */
  const parts = [];
  let size = JSON.stringify(captured).length;
  let round = 0;

  function addRound() {
    const call_id = `call_${name}_${round}`;
    const output = toolOutput(name, round);
    const items = [
      { type: 'reasoning', id: `rs_${name}_${round}`, summary: [], encrypted_content: null },
      {
        type: 'function_call',
        id: `fc_${name}_${round}`,
        name: 'exec_command',
        arguments: JSON.stringify({ cmd: `sed -n '${round},+80p' src/"main".ts` }),
        call_id,
      },
      { type: 'function_call_output', id: `fco_${name}_${round}`, call_id, output },
    ];
    input.push(...items);
    parts.push(items[1].arguments, output);
    size += items.reduce((sum, item) => sum + JSON.stringify(item).length + 1, 0);
    round++;
  }

  while (size < bytes) addRound();
  return {
    next() {
      addRound();
      const body = JSON.stringify({ ...captured, input, model: 'glm-5.3', stream: true });
      return { body, roundsHash: createHash('sha256').update(parts.join('\0')).digest('hex') };
    },
  };
}

/** Some 4 kB that look like source code: quotes, line breaks and now and then a character beyond ASCII. */
function toolOutput(name, round) {
  const lines = Array.from(
    { length: 60 },
    (_, line) => `${line + round}\tconst value${line} = read("${name}/${round}", { retries: ${line} }); // größer: 大`,
  );
  return `Wall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n${lines.join('\n')}`;
}
