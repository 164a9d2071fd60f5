import { expect, test } from 'vitest';
import { readInvocation } from '../../../src/codex/arguments.ts';
import { refuseContradictions } from '../../../src/codex/contradictions.ts';

function refuse(args: readonly string[]): void {
  refuseContradictions(readInvocation(args));
}

test.each([
  [['--oss', 'exec', 'do'], '--oss'],
  [['exec', 'do', '--oss'], '--oss'],
  [['--local-provider', 'ollama'], '--local-provider'],
  [['exec', '--local-provider=lmstudio', 'do'], '--local-provider'],
  [['-c', 'model_provider=openai', 'exec', 'do'], '-c model_provider=...'],
  [['exec', '-cmodel_provider="openai"', 'do'], '-c model_provider=...'],
  [['--config', 'model_providers.codex-glm.base_url=http://x', 'resume'], '-c model_providers.codex-glm.base_url=...'],
  [['-c', 'model_providers.codex-glm={name="x"}'], '-c model_providers.codex-glm=...'],
  [['-c', 'model_providers={codex-glm={name="x"}}'], '-c model_providers=...'],
  [['remote-control', '--json'], 'remote-control'],
])('%j is refused, with what to do instead', (args, named) => {
  expect(() => refuse(args)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(named), hint: expect.any(String) }),
  );
});

test.each([
  [['exec', 'do', '--', '--oss']],
  [['exec', '-m', '--oss', 'do']],
  [['-c', 'model=x', '-c', 'model_provider_name=x', '-p', 'mine', '-s', 'read-only', '-C', '/x', 'exec', 'do']],
  [['-c', 'model_providers.other.base_url=http://x']],
  [['-c', 'model_providers={other={name="x"}}']],
  [['-c', 'model_providers=nonsense']],
  [['remote-control', '--help']],
])('%j is left to codex', (args) => {
  expect(() => refuse(args)).not.toThrow();
});
