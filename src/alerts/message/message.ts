/** One message: everything of one run that concerns one recipient, worst first. Pure; rendered by mail.ts and hook.ts. */
import { compareTiers } from '../../access/risk.js';
import type { Severity } from '../../rules/verdicts.js';
import { type Group, groupBy } from '../../drift/collect.js';
import { idsInShort } from '../alert-ids.js';
import type { AlertView } from '../alert-view.js';
import { details, headline, shortly } from './alert-words.js';
import { type NextStep, nextStep } from './next-steps.js';
import { cut, safeText } from './safe-text.js';

/** What a message is made of. */
export interface Told {
  readonly source: string;
  /** The snapshot that the alerts are about; null before the first one. */
  readonly snapshot: { readonly seq: number; readonly recordedAt: Date; readonly digest: string } | null;
  readonly alerts: readonly AlertView[];
  /** Which of them go further unless somebody acknowledges them, and after how many minutes. */
  readonly further?: { readonly ids: readonly string[]; readonly minutes: number } | undefined;
}

/** One thing to read. */
export interface Card {
  readonly severity: Severity;
  /** Said in place of the severity. */
  readonly tag?: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly step: NextStep;
  /** Ids of the alerts that it tells. */
  readonly ids: readonly string[];
}

export interface Message {
  /** What it is about, for people: a source, or the whole store. */
  readonly source: string;
  readonly severity: Severity;
  /** Not yet with what a mail puts around it. */
  readonly headline: string;
  /** The headline says by itself how bad it is, and of what. */
  readonly plain?: true;
  readonly cards: readonly Card[];
  /** Cards that are not shown, and the command that shows them. */
  readonly more: { readonly count: number; readonly command: string } | null;
  readonly footer: readonly string[];
}

/** Mail readers cut what is longer than about 100 KB. */
export const CARDS = 25;

export function messageOf(told: Told): Message {
  const { source, snapshot, alerts } = told;
  const seq = snapshot?.seq ?? 0;
  const outlines = outlinesOf(source, seq, alerts).sort((a, b) => compareTiers(a.severity, b.severity));
  const cards = outlines.slice(0, CARDS).map(({ card }) => card());
  const [worst] = cards;
  const left = outlines.length - CARDS;
  return {
    source: alerts.length > 0 && alerts.every(({ store }) => store) ? 'the whole store' : source,
    severity: worst?.severity ?? 'low',
    headline: `${worst?.title ?? 'nothing to tell'}${othersInShort(alerts, worst)}`,
    cards,
    more: left > 0 ? { count: left, command: `rolewatch alerts --source ${source}` } : null,
    footer: footerOf(told),
  };
}

function othersInShort(alerts: readonly AlertView[], worst: Card | undefined): string {
  const told = new Set(worst?.ids ?? []);
  const others = alerts.filter(({ id }) => !told.has(id));
  if (worst === undefined || others.length === 0) return '';
  const what = others.every(({ kind }) => kind === 'finding-opened') ? 'finding' : 'more alert';
  return `; ${others.length} ${what}${others.length === 1 ? '' : 's'}`;
}

/** Findings of so many rules are told one by one; of more, and of all at a first read, in one card. */
const RULES = 8;

/** A card before it is written: of thousands, a few are. */
export interface Outline extends Pick<Card, 'severity' | 'ids'> {
  readonly card: () => Card;
}

export function outlinesOf(source: string, seq: number, alerts: readonly AlertView[]): Outline[] {
  const groups = grouped(alerts);
  const opened = groups.filter(([first]) => first.kind === 'finding-opened');
  const first = alerts.some(({ kind }) => kind === 'first-read');
  const many = opened.length > (first ? 1 : RULES);
  const single = many ? groups.filter(([{ kind }]) => kind !== 'finding-opened') : groups;
  const together = many ? openedAtOnce(source, seq, opened, first) : undefined;
  return [
    ...single.map((group): Outline => ({
      severity: group[0].severity,
      ids: group.map(({ id }) => id),
      card: () => cardOf(source, seq, group),
    })),
    ...(together ? [{ ...together, card: () => together }] : []),
  ];
}

/** A line for each rule, the worst first: what has been so for long is no flood of incidents. */
function openedAtOnce(
  source: string,
  seq: number,
  groups: readonly Group<AlertView>[],
  first: boolean,
): Card {
  const cards = groups
    .map((group) => cardOf(source, seq, group))
    .sort((a, b) => compareTiers(a.severity, b.severity));
  const [worst] = cards;
  if (worst === undefined) throw new Error('findings of at least one rule');
  const ids = cards.flatMap((card) => card.ids);
  const when = first ? 'at the first judging' : 'at once';
  const lines = cards.slice(0, SUBJECTS).map(({ severity, title }) => `[${severity}] ${title}`);
  const more = cards.length - lines.length;
  return {
    severity: worst.severity,
    title: cut(`${ids.length} findings opened ${when}, the worst: ${worst.title}`, 140),
    lines: [...lines, ...(more > 0 ? [`and findings of ${more} more ${more === 1 ? 'rule' : 'rules'}`] : [])],
    step: {
      text: 'Go through them from the top: take away what is not needed, or accept it with a reason and an end.',
      command: `rolewatch check ${source}`,
    },
    ids,
  };
}

/** Findings of one rule are one thing to read, however many subjects it has; every other alert is one by itself. */
function grouped(alerts: readonly AlertView[]): Group<AlertView>[] {
  const groups = groupBy(alerts, ({ finding, kind, severity, id }) =>
    finding ? `${kind} ${severity} ${finding.rule}` : id,
  );
  return [...groups.values()];
}

const SUBJECTS = 10;

function cardOf(source: string, seq: number, group: Group<AlertView>): Card {
  const [first] = group;
  const { severity, finding } = first;
  const step = nextStep(source, seq, first);
  const ids = group.map(({ id }) => id);
  const rule = finding ? [`Rule: ${safeText(finding.rule)}`] : [];
  if (group.length === 1 || !finding) {
    return { severity, title: cut(headline(first), 140), lines: [...details(first), ...rule], step, ids };
  }
  const subjects = group.slice(0, SUBJECTS).map((one) => subjectLine(one));
  const more = group.length - subjects.length;
  return {
    severity,
    title: cut(
      `${first.kind === 'finding-reopened' ? 'again: ' : ''}${safeText(finding.title, 100)}: ${group.length} findings`,
      140,
    ),
    lines: [...subjects, ...(more > 0 ? [`and ${more} more`] : []), ...rule],
    step,
    ids,
  };
}

function subjectLine({ finding }: AlertView): string {
  if (!finding) return '';
  return finding.subject.kind === 'source'
    ? safeText(finding.message, 160)
    : `${shortly(finding.subject)}: ${safeText(finding.message, 160)}`;
}

function footerOf(told: Told): string[] {
  const ids = told.alerts.map(({ id }) => id);
  const which = ids.length > 6 ? `${ids.slice(0, 6).join(', ')} and ${ids.length - 6} more` : ids.join(', ');
  return [
    ...furtherLines(told),
    sourceLine(told),
    `Alerts ${which}. Written by Rolewatch in the same transaction as what it tells; sent because a route in rolewatch.yaml names you. Times are UTC. Nobody reads answers to this address.`,
  ];
}

function furtherLines({ source, further }: Told): string[] {
  if (further === undefined) return [];
  const { ids, minutes } = further;
  return [
    `Tell others that you are on it, or this goes further ${inWords(minutes)} after it was written: ${acknowledging(source, ids)}`,
  ];
}

/** The command by which somebody says so. */
export function acknowledging(source: string, ids: readonly string[]): string {
  const { text, left } = idsInShort(ids);
  const command = `rolewatch alerts acknowledge ${text} --source ${source} --reason REASON`;
  return left > 0 ? `${command} # and ${left} more` : command;
}

export function inWords(minutes: number): string {
  const [n, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

/** What a message, or a part of one, was made from. */
export function sourceLine({ source, snapshot }: Pick<Told, 'source' | 'snapshot'>): string {
  return snapshot === null
    ? `Source ${source}: there is no snapshot yet.`
    : `Source ${source}, snapshot ${snapshot.seq} of ${minuteOf(snapshot.recordedAt)}, digest ${snapshot.digest}.`;
}

export function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
