import { findModel, offeredModels } from '../catalog/catalog.ts';
import type { Effort, ModelDescription, ProviderDescription } from '../catalog/provider.ts';
import { baseInstructions } from './base-instructions.ts';
import { hasCapability } from './versions.ts';

/** What a document under `model_catalog_json` looks like; honoured by codex from 0.107 on. */
export interface CodexModelCatalog {
  models: CodexModel[];
}

/** One superset of the fields that codex 0.107 to 0.169 read; unknown ones are ignored by each. */
type CodexModel = Record<string, unknown> & { slug: string };

/**
 * The models that codex may pick from: the provider's, main model first and legacy ones last, and `extraModelIds` (ids
 * that the catalog does not list, chosen by the user). It replaces codex's own list, so no foreign model is offered, and
 * every model in it has metadata, so codex does not warn.
 * @param codexVersion of the codex that will read it; absent: any version can
 */
export function codexModelCatalog(
  provider: ProviderDescription,
  extraModelIds: readonly string[] = [],
  codexVersion?: string,
): CodexModelCatalog {
  const nameEffort = effortNames(codexVersion);
  const ids = new Set([...offeredModels(provider).map((model) => model.id), ...extraModelIds]);
  return { models: [...ids].map((id, index) => codexModel(findModel(provider, id), index + 1, nameEffort)) };
}

/** Part of the window that codex uses; the rest is room for the answer to the last request before compaction. */
const usablePercent = 95;
/** Codex compacts at this part of the window; its own default is the same. */
const compactAtPercent = 90;

function codexModel(model: ModelDescription, priority: number, nameEffort: (effort: Effort) => string): CodexModel {
  const { reasoning } = model;
  const levels = new Map(reasoning?.efforts.map((effort) => [nameEffort(effort), effortWords[effort]]));
  return {
    slug: model.id,
    display_name: model.name,
    description: model.description,
    default_reasoning_level: reasoning ? nameEffort(reasoning.default) : null,
    supported_reasoning_levels: [...levels].map(([effort, description]) => ({ effort, description })),
    shell_type: 'shell_command',
    visibility: 'list',
    supported_in_api: true,
    priority,
    additional_speed_tiers: [],
    service_tiers: [],
    availability_nux: null,
    upgrade: null,
    base_instructions: baseInstructions,
    model_messages: null,
    include_skills_usage_instructions: false,
    include_plugin_usage_instructions: false,
    include_apps_usage_instructions: false,
    // without it codex up to 0.140 sends `reasoning: null`
    supports_reasoning_summaries: reasoning !== undefined,
    default_reasoning_summary: 'auto',
    support_verbosity: false,
    default_verbosity: null,
    // the only value that codex >= 0.131 accepts; without it there is no apply_patch at all
    apply_patch_tool_type: 'freeform',
    web_search_tool_type: 'text',
    truncation_policy: { mode: 'tokens', limit: 10_000 },
    supports_parallel_tool_calls: true,
    supports_image_detail_original: false,
    context_window: model.contextTokens,
    max_context_window: model.contextTokens,
    auto_compact_token_limit: Math.floor((model.contextTokens * compactAtPercent) / 100),
    effective_context_window_percent: usablePercent,
    experimental_supported_tools: [],
    // codex itself takes images out of requests to a model that is not said to see them
    input_modalities: model.imagesVia === undefined ? model.inputModalities : ['text', 'image'],
    supports_search_tool: false,
    // would move the tools into an input item and switch `parallel_tool_calls` off
    use_responses_lite: false,
  };
}

/**
 * Where codex may not know `max`, its `xhigh` stands for it: a model without that level takes it for its strongest. Codex
 * up to 0.137 ends at once when it meets the name.
 */
function effortNames(codexVersion: string | undefined): (effort: Effort) => string {
  const isFree = codexVersion !== undefined && hasCapability(codexVersion, 'freeEffortNames');
  return (effort) => (effort === 'max' && !isFree ? 'xhigh' : effort);
}

const effortWords: Record<Effort, string> = {
  none: 'No thinking',
  minimal: 'Hardly any thinking',
  low: 'A little thinking, fast',
  medium: 'Some thinking',
  high: 'Thorough thinking',
  xhigh: 'Very thorough thinking',
  max: 'As much thinking as the model can, slow',
};
