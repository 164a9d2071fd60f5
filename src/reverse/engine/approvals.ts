import type { ServerAnswer, ServerAnswers, ServerRequest } from '../../protocol/app-server.ts';

/** Stands in the list of rules for every change of files. */
export const fileChangesRule = 'file-changes';

/**
 * Answers what codex asks, with nobody there to be asked: a command is accepted when it is, letter for letter, one of the
 * `rules`; everything else is declined. Without policy `never` only; under `never` codex asks nothing of the kind.
 * @returns undefined for a request that is not served
 */
export function answerServerRequest(
  { method, params }: ServerRequest,
  rules: readonly string[],
): ServerAnswer | undefined {
  switch (method as keyof ServerAnswers) {
    case 'item/commandExecution/requestApproval': {
      const command = typeof params['command'] === 'string' ? unwrapShell(params['command']) : undefined;
      return { decision: command !== undefined && rules.includes(command) ? 'accept' : 'decline' };
    }
    case 'item/fileChange/requestApproval':
      return { decision: rules.includes(fileChangesRule) ? 'accept' : 'decline' };
    case 'item/permissions/requestApproval':
      return { permissions: {}, scope: 'turn' };
    case 'item/tool/requestUserInput':
      return { answers: {} };
    case 'mcpServer/elicitation/request':
      return { action: 'decline', content: null, _meta: null };
    default:
      return undefined;
  }
}

/**
 * The command inside of `/bin/bash -lc '...'`, as codex 0.169 reports it. Quoting of any other kind is left as it is, so
 * that no rule ever matches a part of a command.
 */
function unwrapShell(command: string): string {
  const inner = /^\S*\/(?:ba|z|da)?sh -l?c (.+)$/s.exec(command)?.[1];
  if (inner === undefined) return command;
  const quoted = /^'([^']*)'$/s.exec(inner)?.[1];
  if (quoted !== undefined) return quoted;
  return /^[\w./-]+$/.test(inner) ? inner : command;
}
