/** The part `retention` of rolewatch.yaml: how long what is kept. */
import { z } from 'zod';
import { didYouMean } from '../../platform/config/nearest.js';
import { section } from '../../platform/config/section.js';
import type { RetentionKind } from '../../snapshots/retention-kinds.js';

/** Days; null: for ever. */
export type Kept = Readonly<Record<RetentionKind, number | null>>;

export interface RetentionConfig extends Kept {
  /** Where a source differs. */
  readonly sources: Readonly<Record<string, Kept>>;
}

/** Nothing is ever deleted. */
export const FOR_EVER: RetentionConfig = {
  versions: null,
  observations: null,
  messages: null,
  log: null,
  sources: {},
};

/** The database refuses less. */
const LEAST_DAYS = 30;
const MOST_DAYS = 36_600;
/** A year is never cut short. */
const DAYS = { d: 1, y: 366 } as const;
const DUE = `must be forever, or days or years such as 400d or 3y, at least ${String(LEAST_DAYS)}d`;

const kept = z
  .string({ error: DUE })
  .refine((text) => text === 'forever' || isLongEnough(daysOf(text)), { error: DUE })
  .transform((text) => (text === 'forever' ? null : daysOf(text)));

const KINDS = {
  versions: kept.optional(),
  observations: kept.optional(),
  messages: kept.optional(),
  log: kept.optional(),
};

type Stated = { readonly [K in RetentionKind]?: number | null | undefined };

export function retentionSchema(): z.ZodType<RetentionConfig> {
  return section({
    ...KINDS,
    sources: z.record(z.string(), section(KINDS), { error: 'must be a mapping of sources' }).default({}),
  })
    .superRefine(refuseUnjudgeable)
    .transform(({ sources, ...stated }) => {
      const defaults = withDefaults(stated, FOR_EVER);
      const entries = Object.entries(sources).map(
        ([name, own]) => [name, withDefaults(own, defaults)] as const,
      );
      return { ...defaults, sources: Object.fromEntries(entries) };
    })
    .prefault({});
}

/** How long what is kept of a source. */
export function keptOf({ sources, ...defaults }: RetentionConfig, source: string): Kept {
  return sources[source] ?? defaults;
}

/** Overrides of sources that are not there. `config` may be faulty elsewhere. */
export function refuseStrayRetention(config: unknown, context: z.RefinementCtx): void {
  const list = at(config, 'sources');
  const names = Array.isArray(list) ? list.map((one: unknown) => at(one, 'name')) : [];
  const known = names.filter((name) => typeof name === 'string');
  const own = at(at(config, 'retention'), 'sources');
  if (typeof own !== 'object' || own === null) return;
  for (const name of Object.keys(own)) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known) || (known.length > 0 ? `; there are ${known.join(', ')}` : '');
    const message = `no source has this name${hint}`;
    context.addIssue({ code: 'custom', message, path: ['retention', 'sources', name] });
  }
}

/** A state cannot be judged again, nor be trusted, without how it was read. */
function refuseUnjudgeable(
  { sources, ...stated }: Stated & { readonly sources: Readonly<Record<string, Stated>> },
  context: z.RefinementCtx,
): void {
  const defaults = withDefaults(stated, FOR_EVER);
  const each = Object.entries(sources).map(
    ([name, own]) => [['sources', name], withDefaults(own, defaults)] as const,
  );
  for (const [path, { versions, observations }] of [[[], defaults] as const, ...each]) {
    if (observations === null || (versions !== null && versions <= observations)) continue;
    const message = 'must not be shorter than versions: a state says nothing without how it was read';
    context.addIssue({ code: 'custom', message, path: [...path, 'observations'] });
  }
}

function withDefaults(stated: Stated, defaults: Kept): Kept {
  const of = (kind: RetentionKind): number | null => {
    const days = stated[kind];
    return days === undefined ? defaults[kind] : days;
  };
  return {
    versions: of('versions'),
    observations: of('observations'),
    messages: of('messages'),
    log: of('log'),
  };
}

function daysOf(text: string): number {
  const [, count = '', unit] = /^([1-9]\d{0,4})([dy])$/.exec(text) ?? [];
  return unit === 'd' || unit === 'y' ? Number(count) * DAYS[unit] : Number.NaN;
}

function isLongEnough(days: number): boolean {
  return days >= LEAST_DAYS && days <= MOST_DAYS;
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
