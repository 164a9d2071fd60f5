/**
 * The JSON-RPC of `codex app-server`, as far as this project speaks it. Types only; a test has the compiler hold them
 * against those that the installed codex itself generates (`codex app-server generate-ts`, codex 0.169).
 */

export type ApprovalPolicy = 'never' | 'on-request' | 'untrusted';

export type SandboxMode = 'read-only' | 'workspace-write' | 'danger-full-access';

/** The sandbox of a turn; a thread's is named by its mode alone. */
export type SandboxPolicy =
  | { type: 'dangerFullAccess' }
  | { type: 'readOnly'; networkAccess: boolean }
  | {
      type: 'workspaceWrite';
      writableRoots: string[];
      networkAccess: boolean;
      excludeTmpdirEnvVar: boolean;
      excludeSlashTmp: boolean;
    };

/** What a person, or a chat client, gives to a turn. An image is a data URL. */
export type UserInput =
  /** `text_elements` are marks of codex's own terminal. */
  { type: 'text'; text: string; text_elements: never[] } | { type: 'image'; url: string };

/** What `thread/start` and `thread/resume` have in common. */
export interface ThreadSettings {
  cwd?: string;
  model?: string;
  approvalPolicy?: ApprovalPolicy;
  sandbox?: SandboxMode;
  /** Dotted keys of config.toml. */
  config?: Record<string, unknown>;
}

export interface ThreadStartParams extends ThreadSettings {
  developerInstructions?: string;
  /** The thread is not kept. */
  ephemeral?: boolean;
}

export interface ThreadResumeParams extends ThreadSettings {
  threadId: string;
  /** Not seen by the model before the conversation is compacted: the thread has those that it began with. */
  developerInstructions?: string;
  excludeTurns?: boolean;
}

export interface ThreadSummary {
  id: string;
  /** How it began, for people. */
  preview: string;
  updatedAt: number;
}

export interface ThreadListParams {
  limit?: number;
  cwd?: string;
  sortKey?: 'updated_at';
}

export interface TurnStartParams {
  threadId: string;
  input: UserInput[];
  model?: string;
  effort?: string;
  cwd?: string;
  sandboxPolicy?: SandboxPolicy;
  outputSchema?: unknown;
}

export interface AppServerModel {
  model: string;
  displayName: string;
  hidden: boolean;
  isDefault: boolean;
  supportedReasoningEfforts: { reasoningEffort: string }[];
  defaultReasoningEffort: string;
}

/** Raw Responses API items, appended to what the model sees. */
export interface InjectItemsParams {
  threadId: string;
  items: unknown[];
}

/** Requests to codex: parameters and result of each method that is used. */
export interface AppServerMethods {
  initialize: {
    params: {
      clientInfo: { name: string; title: string; version: string };
      capabilities: { experimentalApi: boolean; requestAttestation: boolean };
    };
    result: unknown;
  };
  'config/read': {
    params: { cwd?: string };
    result: { config: { model: string | null; model_reasoning_effort: string | null } };
  };
  'model/list': { params: { cursor?: string }; result: { data: AppServerModel[]; nextCursor: string | null } };
  'thread/start': { params: ThreadStartParams; result: { thread: { id: string }; model: string } };
  'thread/resume': { params: ThreadResumeParams; result: { thread: { id: string }; model: string } };
  'thread/list': { params: ThreadListParams; result: { data: ThreadSummary[] } };
  'thread/inject_items': { params: InjectItemsParams; result: unknown };
  /** Experimental: ends the shell commands that a thread has left running. */
  'thread/backgroundTerminals/clean': { params: { threadId: string }; result: unknown };
  'thread/unsubscribe': { params: { threadId: string }; result: unknown };
  'turn/start': { params: TurnStartParams; result: { turn: { id: string } } };
  'turn/interrupt': { params: { threadId: string; turnId: string }; result: unknown };
}

export type AppServerMethod = keyof AppServerMethods;

export interface TokenUsage {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  reasoningOutputTokens: number;
}

/** A name, or one name with details: `{"responseStreamDisconnected": {"httpStatusCode": 502}}`. */
export type CodexErrorInfo = string | Record<string, unknown>;

export interface TurnError {
  message: string;
  codexErrorInfo: CodexErrorInfo | null;
}

export interface Turn {
  id: string;
  status: 'completed' | 'interrupted' | 'failed' | 'inProgress';
  error: TurnError | null;
}

/** Items of a turn that are shown; there are more kinds. */
export type ThreadItem =
  | { type: 'agentMessage'; id: string; text: string }
  | { type: 'reasoning'; id: string; summary: string[]; content: string[] }
  | { type: 'commandExecution'; id: string; command: string; status: string; exitCode: number | null }
  | { type: 'fileChange'; id: string; changes: { path: string; kind: { type: string } }[]; status: string }
  | { type: 'mcpToolCall'; id: string; server: string; tool: string; status: string }
  | { type: 'webSearch'; id: string; query: string };

/** Notifications about a turn that are read; codex sends many more kinds. */
export type TurnNotification =
  | { method: 'turn/started'; params: { threadId: string; turn: Turn } }
  | { method: 'turn/completed'; params: { threadId: string; turn: Turn } }
  | { method: 'item/started'; params: { threadId: string; turnId: string; item: ThreadItem } }
  | { method: 'item/completed'; params: { threadId: string; turnId: string; item: ThreadItem } }
  | { method: 'item/agentMessage/delta'; params: ItemDelta }
  | { method: 'item/reasoning/summaryTextDelta'; params: ItemDelta }
  | { method: 'item/reasoning/textDelta'; params: ItemDelta }
  /** With `willRetry` codex asks the provider again by itself; else the turn ends as failed. */
  | { method: 'error'; params: { threadId: string; turnId: string; error: TurnError; willRetry: boolean } }
  | {
      method: 'thread/tokenUsage/updated';
      params: { threadId: string; turnId: string; tokenUsage: { total: TokenUsage; last: TokenUsage } };
    };

interface ItemDelta {
  threadId: string;
  turnId: string;
  itemId: string;
  delta: string;
}

export type TurnNotificationMethod = TurnNotification['method'];

/** A request of codex to its client that needs an answer. */
export interface ServerRequest {
  method: string;
  params: Record<string, unknown>;
}

/** The answers that are given; requests of other kinds are not served. */
export interface ServerAnswers {
  'item/commandExecution/requestApproval': { decision: 'accept' | 'decline' };
  'item/fileChange/requestApproval': { decision: 'accept' | 'decline' };
  'item/permissions/requestApproval': { permissions: Record<string, never>; scope: 'turn' };
  'item/tool/requestUserInput': { answers: Record<string, never> };
  'mcpServer/elicitation/request': { action: 'decline'; content: null; _meta: null };
}

export type ServerAnswer = ServerAnswers[keyof ServerAnswers];
