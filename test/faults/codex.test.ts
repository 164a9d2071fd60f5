/** What people see of a provider's faults: the real codex behind the launcher. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorLines } from '../helpers/error-lines.ts';
import { leftProcesses } from '../helpers/processes.ts';
import {
  onConnection,
  startRawProvider,
  streamed,
  type RawProviderOptions,
  type WireStep,
} from '../helpers/raw-provider.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';
import { goodAnswer } from '../helpers/watched-proxy.ts';
import { certificatePath, faultGroups, half, type Fault } from './provider-faults.ts';

interface Run {
  steps: WireStep[];
  environment?: Record<string, string>;
  server?: RawProviderOptions | undefined;
}

async function runOn({ steps, environment = {}, server }: Run) {
  const place = await testPlace();
  const provider = await startRawProvider(steps, server);
  onTestFinished(() => provider.close());
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'];
  const run = await runLauncher(place, args, {
    environment: { ZAI_API_KEY: 'key-of-the-test.secret', ...environment },
    deadlineMs: 80_000,
  });
  expect(await leftProcesses(place)).toEqual([]);
  await expect.poll(() => provider.openSockets, { timeout: 5000 }).toBe(0);
  return { ...run, attempts: provider.attempts };
}

/** The timeouts that a fault needs, as short as the settings allow, and its certificate. */
function environmentOf({ proxy = {} }: Fault): Record<string, string> {
  return {
    ...(proxy.providerHeadersTimeoutMs && { CODEX_GLM_HEADERS_TIMEOUT_MS: '1000' }),
    ...(proxy.providerIdleTimeoutMs && { CODEX_GLM_IDLE_TIMEOUT_MS: '1000' }),
    ...(proxy.connectTimeoutMs === 300 && { CODEX_GLM_CONNECT_TIMEOUT_MS: '1000' }),
    ...(proxy.extraCa && { CODEX_GLM_CA_FILE: certificatePath }),
  };
}

describe.each(faultGroups)('a provider that %s', (_, faults) => {
  it.each(faults)(
    '$name: the answer and exit 0, or one clear line and exit 1',
    async (fault) => {
      const { step, outcome, attempts = 1 } = fault;
      const hasCalls = 'calls' in outcome;
      const run = await runOn({
        steps: hasCalls ? [step, goodAnswer] : [step],
        environment: environmentOf(fault),
        // one connection is opened while codex starts
        server: fault.server?.(1),
      });
      if (hasCalls || 'answer' in outcome) {
        const answer = hasCalls ? 'Good.' : outcome.answer;
        expect(run.status).toBe(0);
        // compared by hand: a difference of megabytes is no message
        expect(run.stdout === `${answer}\n`, run.stdout.slice(0, 99)).toBe(true);
        expect(run.attempts).toBe(hasCalls ? 2 : attempts);
        return;
      }
      expect(run).toMatchObject({ status: 1, stdout: '' });
      expect(errorLines(run.stderr)).toEqual([expect.stringMatching(outcome.words)]);
      expect(run.stderr).not.toContain('key-of-the-test');
      expect(requestsOf(fault)).toContain(run.attempts);
    },
    90_000,
  );
});

/** How often a run of codex may ask. */
function requestsOf({ outcome, attempts = 1 }: Fault): number[] {
  // codex asks five times more for an answer that broke off
  if ('broken' in outcome) return [outcome.code === 'stream_cut' ? 6 : 1];
  // The connection opened ahead is replaced unseen when it breaks before a byte came, unless codex was so quick that its
  // request came first.
  const mayBeReplaced = 'refused' in outcome && outcome.refused === 'provider_unreachable';
  return mayBeReplaced && attempts > 0 ? [attempts, attempts + 1] : [attempts];
}

describe('a fault that passes is seen by nobody:', () => {
  it.each<[string, WireStep]>([
    ['one reset connection', onConnection((wire) => wire.reset())],
    ['an answer that broke off once', streamed([half], 'reset')],
  ])('%s', async (_, step) => {
    const run = await runOn({ steps: [step, goodAnswer] });
    expect(run).toMatchObject({ status: 0, stdout: 'Good.\n', attempts: 2 });
    expect(errorLines(run.stderr)).toEqual([]);
  });
});
