/** Where a session's id is looked for; the first that is not blank counts. The order is CodexBridge's. */
const bodyFields = ['session_id', 'conversation_id', 'thread_id', 'user'] as const;
const headerNames = ['x-session-id', 'session-id', 'x-conversation-id', 'x-thread-id', 'x-user-id'] as const;

/** @param headers with lower-case names */
export function findSessionId(
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): string | undefined {
  const candidates = [...bodyFields.map((field) => body[field]), ...headerNames.map((name) => headers[name])];
  for (const candidate of candidates) {
    if (typeof candidate !== 'string' && typeof candidate !== 'number') continue;
    const id = String(candidate).trim();
    if (id !== '') return id;
  }
  return undefined;
}
