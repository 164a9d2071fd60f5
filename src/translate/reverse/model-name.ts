const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'ultra'] as const;

export interface ModelChoice {
  model: string | undefined;
  effort: string | undefined;
}

/** `model:effort` taken apart. A model id may hold a colon (`qwen3.8:27b`): only a known effort is one. */
export function splitModelName(name: string | undefined): ModelChoice {
  const colon = name?.lastIndexOf(':') ?? -1;
  const effort = name?.slice(colon + 1).toLowerCase();
  if (colon <= 0 || !isEffort(effort)) return { model: name, effort: undefined };
  return { model: name?.slice(0, colon), effort };
}

export function isEffort(word: string | undefined): boolean {
  return efforts.some((effort) => effort === word);
}
