import type { ThreadItem } from '../../protocol/app-server.ts';
import type { ItemProgress } from './completion.ts';

/** What an item of a turn tells about codex's work; undefined for what is told as text or not at all. */
export function itemProgress(item: ThreadItem): ItemProgress | undefined {
  const { id } = item;
  const status = 'status' in item ? snakeCase(item.status) : 'completed';
  switch (item.type) {
    case 'commandExecution': {
      const { command, exitCode } = item;
      return { type: 'command_execution', id, status, command, exit_code: exitCode };
    }
    case 'fileChange': {
      const changes = item.changes.map(({ path, kind }) => ({ path, kind: kind.type }));
      return { type: 'file_change', id, status, changes };
    }
    case 'mcpToolCall':
      return { type: 'mcp_tool_call', id, status, server: item.server, tool: item.tool };
    case 'webSearch':
      return { type: 'web_search', id, status, query: item.query };
    default:
      return undefined;
  }
}

/** The same as a line for people; '' where the start of the item has said it. */
export function progressLine(item: ThreadItem, hasEnded: boolean): string {
  switch (item.type) {
    case 'commandExecution':
      if (!hasEnded) return `$ ${item.command}\n`;
      return item.status === 'completed' ? '' : `(${item.status}, exit code ${item.exitCode ?? 'unknown'})\n`;
    case 'fileChange':
      if (!hasEnded) return '';
      return item.changes.map(({ path, kind }) => `${kind.type} ${path} (${item.status})\n`).join('');
    case 'mcpToolCall':
      if (!hasEnded) return `${item.server}.${item.tool}\n`;
      return item.status === 'failed' ? `(${item.server}.${item.tool} failed)\n` : '';
    case 'webSearch':
      return hasEnded ? `searched the web: ${item.query}\n` : '';
    default:
      return '';
  }
}

/** codex's `inProgress`, as the names of the kinds are written. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
