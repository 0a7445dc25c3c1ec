import { reportCsv } from './report-csv.js';
import { reportHtml } from './report-html.js';
import { reportMarkdown } from './report-markdown.js';
import { type ReportFacts, reportModel } from './report-model.js';

export const REPORT_FORMATS = ['html', 'md', 'csv'] as const;

/** @param format one of REPORT_FORMATS */
export function reportIn(format: string, facts: ReportFacts): string {
  if (format === 'csv') return reportCsv(facts.drift, facts.tierOf);
  const model = reportModel(facts);
  return format === 'md' ? reportMarkdown(model) : reportHtml(model);
}
