/** What several runs had to tell one recipient, as one message. Pure. */
import { compareTiers } from '../../access/risk.js';
import {
  type Card,
  CARDS,
  type Message,
  minuteOf,
  type Outline,
  outlinesOf,
  sourceLine,
  type Told,
} from './message.js';
import { cut } from './safe-text.js';

/** Of what has no card, as many are named. */
const NAMED = 200;

/** @param slot when the recipient wants to be told */
export function digestMessage(parts: readonly Told[], slot: Date): Message {
  const sources = [...new Set(parts.map(({ source }) => source))];
  const outlines = parts
    .flatMap((part) =>
      outlinesOf(part.source, part.snapshot?.seq ?? 0, part.alerts).map((one): Outline => ({
        ...one,
        card: () => dated(one.card(), part),
      })),
    )
    .sort((a, b) => compareTiers(a.severity, b.severity));
  const count = parts.flatMap(({ alerts }) => alerts).length;
  const cards = outlines.slice(0, CARDS).map(({ card }) => card());
  const [worst] = cards;
  if (worst === undefined) throw new Error('a digest tells of at least one alert');
  return {
    source: sources.length > 3 ? `${sources.length} sources` : sources.join(', '),
    severity: worst.severity,
    headline: `digest of ${count} ${count === 1 ? 'alert' : 'alerts'}: ${worst.title}`,
    cards: [...cards, ...inShort(outlines.slice(CARDS))],
    more: null,
    footer: [
      `What was collected until ${minuteOf(slot)}. Written by Rolewatch; sent because a route in rolewatch.yaml names you, and together because it says so. Times are UTC. Nobody reads answers to this address.`,
      ...parts.slice(0, CARDS).map(sourceLine),
      ...(parts.length > CARDS ? [`And ${parts.length - CARDS} more snapshots.`] : []),
    ],
  };
}

function dated(card: Card, { source, snapshot }: Told): Card {
  const when =
    snapshot === null
      ? 'before the first snapshot'
      : `with snapshot ${snapshot.seq}, ${minuteOf(snapshot.recordedAt)}`;
  return { ...card, lines: [...card.lines, `In ${source}, ${when}`] };
}

/** Nothing is left out: what gets no card of its own gets a line. */
function inShort(outlines: readonly Outline[]): Card[] {
  const [worst] = outlines;
  if (worst === undefined) return [];
  const lines = outlines
    .slice(0, NAMED)
    .map(({ card }) => card())
    .map(({ severity, title, lines: [...more] }) => cut(`[${severity}] ${title}. ${more.at(-1) ?? ''}`, 200));
  const left = outlines.length - lines.length;
  return [
    {
      severity: worst.severity,
      title: `${outlines.length} more`,
      lines: [...lines, ...(left > 0 ? [`and ${left} more`] : [])],
      step: {
        text: 'Each is kept with its snapshot; so is which message told it.',
        command: 'rolewatch alerts --state collected',
      },
      ids: outlines.flatMap(({ ids }) => ids),
    },
  ];
}
