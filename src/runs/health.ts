/** What is wrong with a process or its database, in one word each and in a sentence. Pure. */
import { type ClockSkew, isSkewed, skewText } from './clock-skew.js';
import type { ReplicaStatus } from './replicas.view.js';
import type { SchemaStanding } from './schema-standing.view.js';

export interface Trouble {
  readonly code:
    | 'stopping'
    | 'database-unreachable'
    | 'schema-newer'
    | 'schema-older'
    | 'migrations-pending'
    | 'pulse-silent'
    | 'no-worker'
    | 'not-judging'
    | 'retention-failing'
    | 'clock-skew';
  readonly why: string;
}

/** With these a process cannot do what it is there for; of the others, people should know. */
const NOT_READY: readonly Trouble['code'][] = [
  ...(['stopping', 'database-unreachable', 'schema-newer', 'schema-older', 'migrations-pending'] as const),
  'pulse-silent',
];

export const preventing = (troubles: readonly Trouble[]): Trouble[] =>
  troubles.filter(({ code }) => NOT_READY.includes(code));

/** Six beats of the pulse. */
export const SILENT_PULSE_MS = 60_000;

export interface OwnFacts {
  readonly stopping: boolean;
  /** Since it last looked for work, or since it began; null: it looks for none. */
  readonly lookedMsAgo: number | null;
  readonly notJudging: string | null;
  readonly skew: ClockSkew | null;
}

export function ownTroubles({ stopping, lookedMsAgo, notJudging, skew }: OwnFacts): Trouble[] {
  return [
    ...(stopping ? [trouble('stopping', 'this process was asked to stop')] : []),
    ...(lookedMsAgo !== null && lookedMsAgo > SILENT_PULSE_MS
      ? [trouble('pulse-silent', `this process has not looked for work for ${seconds(lookedMsAgo)} s`)]
      : []),
    ...(notJudging === null ? [] : [trouble('not-judging', notJudging)]),
    ...(skew !== null && isSkewed(skew) ? [trouble('clock-skew', skewText(skew))] : []),
  ];
}

export function schemaTroubles({ unknown, missing, unfinished }: SchemaStanding): Trouble[] {
  const told = (code: Trouble['code'], words: string, names: readonly string[]): Trouble[] =>
    names.length === 0 ? [] : [trouble(code, `${words}: ${names.join(', ')}`)];
  return [
    ...told('schema-newer', 'the database has migrations that this program does not know', unknown),
    ...told('schema-older', 'the database lacks migrations of this program', missing),
    ...told('migrations-pending', 'migrations were begun by another tool and not ended', unfinished),
  ];
}

/** What the processes say of themselves in the database, seen by any of them. */
export function replicaTroubles(replicas: readonly ReplicaStatus[]): Trouble[] {
  const workers = replicas.filter(({ roles }) => roles.includes('worker'));
  const looked = workers.flatMap(({ lookedSeconds }) => (lookedSeconds === null ? [] : [lookedSeconds]));
  const skewed = replicas.flatMap(({ id, clock }) =>
    clock !== null && isSkewed(clock) ? [trouble('clock-skew', `${id}: ${skewText(clock)}`)] : [],
  );
  if (looked.length === 0)
    return [trouble('no-worker', 'no process looks for work: sources are read only by hand'), ...skewed];
  const latest = Math.min(...looked);
  if (latest * 1_000 <= SILENT_PULSE_MS) return skewed;
  return [trouble('no-worker', `no process has looked for work for ${String(latest)} s`), ...skewed];
}

/** Retention of what belongs to no source. @param troubles of retention, by source */
export function storeTroubles(troubles: ReadonlyMap<string, string>): Trouble[] {
  const why = troubles.get('*');
  return why === undefined ? [] : [trouble('retention-failing', why)];
}

export function trouble(code: Trouble['code'], why: string): Trouble {
  return { code, why };
}

const seconds = (ms: number): string => String(Math.round(ms / 1_000));
