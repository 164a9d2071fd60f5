import type { ResponseReport } from './exchange/response-report.ts';

/** What a proxy has done since it started, for one line of its log. */
export interface Totals {
  add(report: ResponseReport): void;
  read(): { responses: number; failed: number; diagnostics: Record<string, number> };
}

export function createTotals(): Totals {
  const counts = { responses: 0, failed: 0 };
  const diagnostics: Record<string, number> = {};
  return {
    add(report) {
      counts.responses++;
      if (report.status === 'failed') counts.failed++;
      for (const [code, count] of Object.entries(report.diagnostics))
        diagnostics[code] = (diagnostics[code] ?? 0) + count;
    },
    read: () => ({ ...counts, diagnostics }),
  };
}
