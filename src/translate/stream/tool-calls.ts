import type { ToolCall } from './items-under-way.ts';
import { parseJson } from './parse-json.ts';
import type { StreamState } from './state.ts';
import { createTextBuffer, wholeText } from './text-buffer.ts';

/**
 * The call that a delta belongs to: by `index`, else by `id`, else the latest. Hosts leave out either, repeat the name,
 * or send every parallel call under index 0; a name behind complete arguments therefore begins another call.
 */
export function findCall(
  state: StreamState,
  deltaIndex: number | null | undefined,
  id: string,
  name: string,
): ToolCall {
  const index = deltaIndex ?? undefined;
  const known =
    index !== undefined
      ? state.attempt.calls.findLast((call) => call.index === index)
      : id !== ''
        ? state.attempt.calls.findLast((call) => call.providerId === id)
        : state.attempt.calls.at(-1);
  if (known && !beginsAnotherCall(known, id, name)) return known;
  const call: ToolCall = {
    index,
    providerId: id,
    name: '',
    target: undefined,
    arguments: createTextBuffer(),
    snapshots: false,
    item: undefined,
  };
  state.attempt.calls.push(call);
  return call;
}

function beginsAnotherCall(call: ToolCall, id: string, name: string): boolean {
  if (name === '' || (id !== '' && (call.providerId === '' || id === call.providerId))) return false;
  if (id === '' && call.index !== undefined) return false;
  return call.arguments.length > 0
    ? parseJson(wholeText(call.arguments)) !== undefined
    : call.name !== '' && name !== call.name;
}

/** Sets the name once. Hosts repeat it in every delta, whole or growing; a name cut in two is put together. */
export function mergeName(state: StreamState, call: ToolCall, name: string): void {
  if (name === '' || call.target) return;
  const candidates = [name, call.name + name, halfOfRepeated(name)];
  const declared = candidates.find((candidate) => state.options.tools.target(candidate) !== undefined);
  if (declared !== undefined) {
    call.name = declared;
    call.target = state.options.tools.target(declared);
  } else if (call.name === '') call.name = name;
}

function halfOfRepeated(name: string): string {
  const half = name.slice(0, name.length / 2);
  return half + half === name ? half : name;
}

/** The part of an arguments delta that is new: some hosts send everything so far each time (GLM-5.2 on vLLM, telnyx/ai issue 248). */
export function newArguments(call: ToolCall, delta: string): string {
  const known = call.arguments.length;
  if (known === 0 || delta.length < known) return delta;
  const old = wholeText(call.arguments);
  // No JSON goes on by repeating its own beginning, …
  if (!old.startsWith('{') || !delta.startsWith(old)) return delta;
  // … but for an object whose first key is that of the outer one.
  if (!call.snapshots && (delta.length === known || /[:[,]\s*$/.test(old))) return delta;
  call.snapshots = true;
  return delta.slice(known);
}
