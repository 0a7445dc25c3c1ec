/** Whether everything in the part `alerts` leads somewhere. */
import type { z } from 'zod';
import { didYouMean } from '../platform/config/nearest.js';
import { namesRule } from './rule-pattern.js';

/**
 * What only the whole file can tell: that everything leads somewhere. Works on the raw value, so that these faults
 * are told together with all others.
 * @param rules ids of the rules that there are; absent: not known, and not asked
 */
export function refuseLostRoutes(config: unknown, context: z.RefinementCtx, rules?: readonly string[]): void {
  const alerts = at(config, 'alerts');
  const hooks = names(at(alerts, 'hooks'));
  refuseSameHooks(hooks, context);
  for (const { place, leads } of leadsIn(alerts)) {
    const refuse = (message: string, ...path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', message, path: ['alerts', ...place, ...path] });
    refuseUnknown(leads, 'sources', names(at(config, 'sources')), refuse);
    if (rules !== undefined) refuseUnknown(leads, 'rules', rules, refuse);
    const hook = at(leads, 'hook');
    if (typeof hook === 'string' && !hooks.includes(hook)) refuse(unknown('hook', hook, hooks), 'hook');
    const to = at(leads, 'to');
    const mails = Array.isArray(to) ? to.length > 0 : typeof to === 'string';
    if (!mails && (hook === undefined || hook === null))
      refuse('leads nowhere: it needs to, with mail addresses, or hook');
    if (mails && (at(alerts, 'smtp') ?? null) === null)
      refuse('cannot be reached: alerts.smtp says no mail server', 'to');
  }
}

interface Leading {
  readonly place: readonly (string | number)[];
  readonly leads: unknown;
}

/** Whatever leads to somebody, and where it stands. */
function leadsIn(alerts: unknown): Leading[] {
  const listed = (list: unknown, ...place: string[]): Leading[] =>
    Array.isArray(list) ? list.map((leads: unknown, i) => ({ place: [...place, i], leads })) : [];
  const quiet = at(alerts, 'allQuiet') ?? undefined;
  return [
    ...listed(at(alerts, 'routes'), 'routes'),
    ...(quiet === undefined ? [] : [{ place: ['allQuiet'], leads: quiet }]),
    ...listed(at(at(alerts, 'escalation'), 'steps'), 'escalation', 'steps'),
  ];
}

function refuseUnknown(
  leads: unknown,
  key: 'sources' | 'rules',
  known: readonly string[],
  refuse: (message: string, ...path: (string | number)[]) => void,
): void {
  const asked = at(leads, key);
  if (!Array.isArray(asked)) return;
  asked.forEach((name: unknown, i) => {
    if (typeof name !== 'string') return;
    const isKnown = key === 'rules' ? known.some((rule) => namesRule(name, rule)) : known.includes(name);
    if (!isKnown) refuse(unknown(key === 'rules' ? 'rule' : 'source', name, known), key, i);
  });
}

/** Where there are so many, they are not listed. */
const LISTED = 12;

function unknown(what: string, name: string, known: readonly string[]): string {
  const all = known.length > LISTED ? '; rolewatch rules lists them' : `; there are ${known.join(', ')}`;
  const hint = didYouMean(name, known) || (known.length > 0 ? all : '; there is none');
  return `no ${what} has this name${hint}`;
}

function refuseSameHooks(hooks: readonly string[], context: z.RefinementCtx): void {
  hooks.forEach((name, i) => {
    if (hooks.indexOf(name) === i) return;
    const message = 'is the name of another hook too; each needs its own';
    context.addIssue({ code: 'custom', message, path: ['alerts', 'hooks', i, 'name'] });
  });
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function names(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => at(item, 'name')).filter((name) => typeof name === 'string');
}
