/** What happened, for a log: names, counts and durations; never content, never keys. */
export interface LogEntry {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields: Readonly<Record<string, unknown>>;
}

export type Log = (entry: LogEntry) => void;
