import type { IdentityId } from './facts.js';
import type { NettedChange } from './net.js';
import type { Named, NamedScope, ReportedChange, UnwatchedSpan } from './report.js';
import type { Unwatched } from './unwatched.js';

interface KnownName {
  readonly key: string | null;
  readonly name: string | null;
  readonly erased: boolean;
}

export interface Names {
  readonly identities: ReadonlyMap<IdentityId, KnownName>;
  /** By role id and by scope key. */
  readonly roles: ReadonlyMap<string, KnownName | undefined>;
  readonly scopes: ReadonlyMap<string, KnownName | undefined>;
}

/** Puts the names to the ids of a change. */
export function withNames(change: NettedChange, names: Names): ReportedChange {
  const { ids, what, cause, effective, latent, level, window, members, affectedCount, permission, partOf } =
    change;
  const { subject, kind, scope, scopes, role, attribute, affected, hint } = change;
  return {
    ids,
    what,
    subject: subject === undefined ? unlisted(change) : named(kind, subject, names),
    ...(scope !== undefined && { scope: scopeOf(scope, names) }),
    ...(scopes && { scopes: scopes.map((key) => scopeOf(key, names)) }),
    ...(role !== undefined && { role: { id: role, ...nameOnly(names.roles.get(role)) } }),
    ...(permission !== undefined && { permission }),
    ...(attribute && { attribute: valuesOf(attribute) }),
    ...(level && { level }),
    ...(effective && { effective }),
    ...(latent && { latent }),
    cause,
    window,
    ...(members && { members }),
    ...(affected && {
      affected: affected.map(({ id, kind: of, ...rest }) => ({ ...named(of, id, names), ...rest })),
    }),
    ...(affectedCount !== undefined && { affectedCount }),
    ...(partOf !== undefined && { partOf }),
    ...(hint && { hint: { sameAs: named(kind, hint.sameAs, names), because: hint.because } }),
  };
}

/** Whose own lists were left was left as a whole. */
export function spanWithNames({ scopes, leftAt, backAt }: Unwatched, names: Names): UnwatchedSpan {
  return {
    ...(!scopes.includes('') && { scopes: scopes.map((key) => scopeOf(key, names)) }),
    lastSeen: leftAt - 1,
    seenAgain: backAt,
  };
}

/** A scope that no list ever named is known by its key. */
const unlisted = ({ kind, scope }: NettedChange): Named => ({
  kind,
  ...(scope !== undefined && { key: scope }),
});

function valuesOf({ name, before, after }: NonNullable<NettedChange['attribute']>) {
  return { name, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function named<K extends string>(kind: K, id: IdentityId, names: Names): Named<K> {
  const known = names.identities.get(id);
  if (!known || known.erased) return { kind, erased: true };
  return { kind, ...(known.key !== null && { key: known.key }), ...nameOnly(known) };
}

const scopeOf = (key: string, names: Names): NamedScope => ({ key, ...nameOnly(names.scopes.get(key)) });

const nameOnly = (known: KnownName | undefined): { name?: string } =>
  known?.name == null ? {} : { name: known.name };
