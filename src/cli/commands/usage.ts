import { findPaths } from '../../config/paths.ts';
import { CodexGlmError } from '../../errors/errors.ts';
import { loadKey } from '../../keys/load-key.ts';
import { loadSettings } from '../../launch/settings/load-settings.ts';
import { networkOptions } from '../../launch/open-proxy.ts';
import type { PlanLimit, PlanQuota } from '../../provider/glm-quota.ts';
import { probeQuota } from '../../setup/probe.ts';
import type { CommandInput } from '../arguments/command.ts';
import { readRuns, type RecordedRun } from '../recorded-runs.ts';
import { textTable } from '../table.ts';
import { costText } from '../usage-line.ts';

const shownRuns = 10;

/** `codex-glm usage [--json]`: the plan's quota with its reset times, then the last runs. */
export async function run({ flags, environment, options }: CommandInput): Promise<number> {
  const { usageFile } = findPaths(environment);
  const plan = await askForPlan(flags, environment);
  const runs = readRuns(usageFile).slice(-shownRuns).toReversed();
  if (options['json'] === true) {
    const { provider = null, quota = null, problem } = plan;
    const text = JSON.stringify({ provider, quota, ...(problem !== undefined && { problem }), runs }, null, 2);
    process.stdout.write(`${text}\n`);
    return 0;
  }
  if (plan.problem !== undefined) process.stderr.write(`codex-glm: the plan's quota is not known: ${plan.problem}\n`);
  else process.stdout.write(`${quotaText(plan.name, plan.quota)}\n`);
  process.stdout.write(runsText(runs));
  return 0;
}

interface Plan {
  /** The provider's id and name. */
  provider?: string;
  name: string;
  quota?: PlanQuota | undefined;
  /** Why it could not be asked for; the runs are told all the same. */
  problem?: string;
}

async function askForPlan(flags: CommandInput['flags'], environment: NodeJS.ProcessEnv): Promise<Plan> {
  const plan: Plan = { name: '' };
  try {
    const { settings } = loadSettings(flags, environment);
    plan.provider = settings.provider.id;
    plan.name = settings.provider.name;
    const apiKey = await loadKey(settings.key, environment);
    const quota = await probeQuota({
      provider: { ...settings.provider, baseUrl: settings.baseUrl },
      apiKey,
      environment,
      extraCa: networkOptions(settings.network).extraCa,
      signal: new AbortController().signal,
    });
    return { ...plan, quota };
  } catch (error) {
    // a deadline's reason is a DOMException
    if (error instanceof CodexGlmError || error instanceof DOMException) return { ...plan, problem: error.message };
    throw error;
  }
}

function quotaText(provider: string, quota: PlanQuota | undefined): string {
  if (!quota) return `${provider}: no plan quota is known for this key.\n`;
  const rows = quota.limits.map((limit) => [`  ${limit.period} (${limit.kind})`, usedText(limit), resetText(limit)]);
  return `${provider}, plan ${quota.level ?? 'of unknown level'}\n${textTable(rows)}`;
}

function usedText({ used, total, usedPercent }: PlanLimit): string {
  const share = usedPercent === undefined ? '' : `${usedPercent} % used`;
  return used === undefined || total === undefined ? share : `${share} (${used} of ${total})`.trim();
}

function resetText({ resetsAtMs }: PlanLimit): string {
  return resetsAtMs === undefined ? '' : `resets ${localTime(resetsAtMs)}`;
}

function runsText(runs: readonly RecordedRun[]): string {
  if (runs.length === 0) return 'No runs are recorded yet.\n';
  const header = ['WHEN', 'PROVIDER', 'MODEL', 'TURNS', 'IN', 'CACHED', 'OUT', 'COST'];
  const rows = runs.map((each) => [
    localTime(each.endedAtMs),
    each.provider,
    each.models.join(', ') || '-',
    String(each.turns),
    String(each.inputTokens),
    String(each.cachedTokens),
    String(each.outputTokens),
    costText(each),
  ]);
  return textTable([header, ...rows]);
}

function localTime(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
  return `${day} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
