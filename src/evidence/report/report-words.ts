import { isHighRisk } from '../../access/risk.js';
import type { ReportModel } from './report-model.js';

const count = (n: number, one: string, many = `${one}s`): string => `${String(n)} ${n === 1 ? one : many}`;

/** The report in one sentence. */
export function headline({ drift, subjects, opened, doubts, coverage }: ReportModel): string {
  const risky = subjects.filter(({ tier }) => tier !== undefined && isHighRisk(tier)).length;
  const gaps = coverage.failed + coverage.missed;
  return [
    drift.changes.length === 0
      ? 'Nothing changed'
      : `${count(drift.changes.length, 'change')} for ${count(subjects.length, 'subject')}, ${risky === 0 ? 'none' : String(risky)} of them of high risk`,
    ...(opened.length > 0 ? [count(opened.length, 'new finding')] : []),
    doubts.length === 0
      ? 'everything could be read'
      : `${count(doubts.length, 'thing')} not known for certain`,
    ...(gaps > 0 ? [`${count(gaps, 'gap')} in coverage`] : []),
  ]
    .join('; ')
    .concat('.');
}
