import { RequestError } from '../../errors/errors.ts';
import type { ListedModel } from '../../proxy/routes/models-route.ts';
import { isEffort, splitModelName } from '../../translate/reverse/model-name.ts';
import type { ModelDirectory } from '../engine/engine.ts';

export interface ModelDefaults {
  model: string | undefined;
  effort: string | undefined;
}

/**
 * The model and effort of one turn. Both are always said: codex would else keep those of the thread's last turn.
 * @param resolveName what a name stands for that codex does not list (`gpt-4o`)
 * @throws RequestError 400 for an effort that is none
 */
export function chooseModel(
  request: { model: string | undefined; effort: string | undefined },
  directory: ModelDirectory,
  defaults: ModelDefaults,
  resolveName: (name: string) => string,
): { model: string | undefined; effort: string | undefined } {
  const { models } = directory;
  const isListed = (id: string) => models.some(({ model }) => model === id);
  const whole = request.model !== undefined && isListed(request.model);
  const asked = whole ? { model: request.model, effort: undefined } : splitModelName(request.model);
  const name = asked.model ?? defaults.model ?? directory.model;
  const model = name === undefined || isListed(name) ? name : resolveName(name);
  const effort = request.effort?.toLowerCase() ?? asked.effort ?? defaults.effort ?? directory.effort;
  if (effort !== undefined && !isEffort(effort))
    throw new RequestError('BAD_REQUEST', 400, `"${effort}" is no reasoning effort.`);
  return { model, effort: effort ?? models.find((entry) => entry.model === model)?.defaultReasoningEffort };
}

/** The body of `GET /v1/models`: each model by itself and with each of its efforts. */
export function modelList(
  directory: ModelDirectory,
  defaults: ModelDefaults,
  withEfforts: boolean,
): {
  object: 'list';
  data: ListedModel[];
  /** What a request gets that names nothing; `model` is one of the list. */
  defaults: { model: string | undefined; reasoning_effort: string | undefined };
} {
  const standard = chooseModel({ model: undefined, effort: undefined }, directory, defaults, (name) => name);
  const ids = withEfforts
    ? directory.models.flatMap(({ model, supportedReasoningEfforts }) => [
        model,
        ...supportedReasoningEfforts.map(({ reasoningEffort }) => `${model}:${reasoningEffort}`),
      ])
    : [standard.model].filter((id) => id !== undefined);
  const pair = `${standard.model}:${standard.effort}`;
  return {
    object: 'list',
    data: ids.map((id) => ({ id, object: 'model', created: 0, owned_by: 'codex' })),
    defaults: { model: ids.includes(pair) ? pair : standard.model, reasoning_effort: standard.effort },
  };
}
