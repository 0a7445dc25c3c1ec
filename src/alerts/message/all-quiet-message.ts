/** The daily word as a message: that all is quiet, or what is not, the worst first. Pure. */
import type { Severity } from '../../rules/verdicts.js';
import {
  type AllQuiet,
  type Gap,
  type JudgedSource,
  type QuietMessages,
  type Standing,
  total,
} from '../all-quiet.js';
import { type Card, type Message, minuteOf } from './message.js';
import { cut } from './safe-text.js';

export function allQuietMessage(quiet: AllQuiet): Message {
  const { sources, messages, since, until } = quiet;
  const cards = [...sources]
    .sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing))
    .map(sourceCard);
  const words = headlineOf(quiet);
  const unknown = sources.some(({ standing }) => standing === 'silent');
  return {
    source: `${sources.length} ${sources.length === 1 ? 'source' : 'sources'}`,
    severity: unknown || messages.dead > 0 ? 'high' : quiet.quiet || quiet.excepted ? 'low' : 'medium',
    headline: words,
    plain: true,
    cards: [...cards, messagesCard(messages)],
    more: null,
    footer: [
      `From ${minuteOf(since)} until ${minuteOf(until)}. Written by Rolewatch every day, whatever happened: alerts.allQuiet in rolewatch.yaml says so. A day without this message is a day on which Rolewatch, its database or the mail stood still. Times are UTC. Nobody reads answers to this address.`,
    ],
  };
}

const ORDER: readonly Standing[] = ['silent', 'unclear', 'unread', 'told', 'excepted', 'quiet'];

/** "Quiet" is said only where everything is known, or with what is not. */
function headlineOf({ quiet, excepted, sources, messages }: AllQuiet): string {
  const alerts = sources.reduce((sum, source) => sum + total(source.alerts), 0);
  const findings = sources.reduce((sum, source) => sum + total(source.findings), 0);
  const standing = findings > 0 ? [`${counted(findings, 'finding')} open`] : [];
  if (quiet)
    return [`all quiet: ${counted(sources.length, 'source')} read, nothing to tell`, ...standing].join('; ');
  if (excepted)
    return [
      `all quiet, except that ${gapsInShort(sources.flatMap(({ gaps }) => gaps))}`,
      `${counted(sources.length, 'source')} read`,
      ...standing,
    ].join('; ');
  const { dead, stuck, untold } = messages;
  const parts = [
    ...of(sources, 'silent', 'silent'),
    ...of(sources, 'unclear', 'not known in full'),
    ...of(sources, 'unread', 'not read'),
    ...(dead + stuck > 0 ? [`${counted(dead + stuck, 'message')} not delivered`] : []),
    ...(alerts > 0 ? [counted(alerts, 'alert')] : []),
    ...(untold > 0 ? [`${untold} told to nobody`] : []),
    ...standing,
  ];
  return sources.length === 0 ? 'no source is configured: nothing is watched' : parts.join('; ');
}

/** How many, since when, and why where that is one reason. */
function gapsInShort(gaps: readonly Gap[]): string {
  const rules = gaps.filter(({ kind }) => kind === 'rule');
  const lists = gaps.length - rules.length;
  const what = [
    ...(rules.length > 0 ? [`${counted(rules.length, 'rule')} could not be assessed`] : []),
    ...(lists > 0 ? [`${counted(lists, 'list')} ${lists === 1 ? 'is' : 'are'} not shown`] : []),
  ].join(' and ');
  const since = new Date(Math.min(...gaps.map((gap) => gap.since.getTime())));
  const whys = [...new Set(gaps.map(({ why }) => why))];
  const because = whys.length === 1 ? cut(whys[0] ?? '', 60) : `for ${whys.length} reasons`;
  return `${what} since ${since.toISOString().slice(0, 10)} (${because})`;
}

function of(sources: readonly JudgedSource[], standing: Standing, words: string): string[] {
  const names = sources.filter((source) => source.standing === standing).map(({ source }) => source);
  if (names.length === 0) return [];
  const listed =
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  return [`${names.length} of ${counted(sources.length, 'source')} ${words}: ${listed}`];
}

const TAGS: Readonly<Record<Standing, { tag: string; severity: Severity }>> = {
  silent: { tag: 'silent', severity: 'high' },
  unclear: { tag: 'not known in full', severity: 'medium' },
  unread: { tag: 'not read', severity: 'medium' },
  told: { tag: 'worth telling', severity: 'medium' },
  excepted: { tag: 'quiet but for what is not known', severity: 'low' },
  quiet: { tag: 'quiet', severity: 'low' },
};

function sourceCard(judged: JudgedSource): Card {
  const { source, standing, why, snapshot, slots, findings, alerts } = judged;
  const { published, failed, missed } = slots;
  return {
    ...TAGS[standing],
    title: `${source}: ${TITLES[standing]}`,
    lines: [
      ...why.slice(0, WHYS),
      ...(why.length > WHYS ? [`and ${why.length - WHYS} more`] : []),
      snapshot === null
        ? 'There is no snapshot yet'
        : `Last accepted snapshot: ${snapshot.seq}, ${minuteOf(snapshot.recordedAt)}`,
      `Slots: ${published} published, ${failed} failed, ${missed} missed`,
      `Alerts: ${bySeverity(alerts)}. Open findings: ${bySeverity(findings)}`,
    ],
    step: stepOf(judged),
    ids: [],
  };
}

const TITLES: Readonly<Record<Standing, string>> = {
  silent: 'nothing is known of what happened since its last snapshot',
  unclear: 'read, but not all of it is known',
  unread: 'not read in this time, and not due',
  told: 'read, and something was worth telling',
  excepted: 'read, and nothing was worth telling in what could be seen and assessed',
  quiet: 'read, and nothing was worth telling',
};

/** So many things that are not known are named of a source. */
const WHYS = 12;

function stepOf({ source, standing, paused, gaps, doubts }: JudgedSource): Card['step'] {
  if (paused !== null)
    return {
      text: 'Put right what it was paused for, then read it again.',
      command: `rolewatch resume ${source}`,
    };
  if (standing === 'quiet') return { text: 'Nothing.', command: `rolewatch findings ${source}` };
  const unseen =
    standing === 'excepted' || (standing === 'unclear' && doubts.length === 0 && gaps.length > 0);
  if (unseen)
    return {
      text: 'What could not be assessed is neither broken nor kept. Let the account it is read with see what is missing, or switch off the rules that cannot be answered here.',
      command: gaps.some(({ kind }) => kind === 'rule')
        ? `rolewatch check ${source}`
        : `rolewatch coverage ${source}`,
    };
  if (standing === 'told')
    return {
      text: 'Each alert was told by itself; see that somebody is at it.',
      command: `rolewatch alerts --source ${source}`,
    };
  return {
    text: 'See which slots brought nothing and why, and which lists are not complete.',
    command: `rolewatch coverage ${source}`,
  };
}

function messagesCard({ sent, waiting, stuck, dead, untold, troubles }: QuietMessages): Card {
  const bad = stuck + dead + untold > 0;
  return {
    severity: bad ? 'high' : 'low',
    tag: bad ? 'not delivered' : 'delivered',
    title: `${counted(sent, 'message')} sent, ${dead} given up, ${stuck} not delivered yet`,
    lines: [
      `${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a digest`,
      ...(untold > 0 ? [`${counted(untold, 'alert')} told to nobody: no route takes them`] : []),
      ...troubles,
    ],
    step: bad
      ? {
          text: 'See why, mend it, and have those that were given up tried again.',
          command: 'rolewatch alerts --state dead',
        }
      : { text: 'Nothing.', command: 'rolewatch alerts' },
    ids: [],
  };
}

function bySeverity(counts: Readonly<Record<Severity, number>>): string {
  const words = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([severity, n]) => `${n} ${severity}`);
  return words.length === 0 ? 'none' : words.join(', ');
}

const counted = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;
