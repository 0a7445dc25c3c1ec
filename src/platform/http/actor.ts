import type { Role } from './permissions.js';

/** Who asks. */
export interface Actor {
  /** `local`: whoever asks from this machine itself, without a token. */
  readonly kind: 'token' | 'local';
  /** As the log of actions names it: `token:<prefix>`. */
  readonly id: string;
  readonly role: Role;
  /** The only sources it may see; null: all. */
  readonly sources: readonly string[] | null;
}

/** Somebody on this machine, which has the database and its keys: they may look. */
export const LOCAL_ACTOR: Actor = { kind: 'local', id: 'local', role: 'viewer', sources: null };

/** As the program's own log names an actor: there, `token:` begins what looks like a secret and is hidden. */
export function inLog({ id }: Pick<Actor, 'id'>): string {
  return id.replace(/^token:/, 'rw_');
}

/** To an actor, a source that it may not see is one that is not there. */
export function maySee({ sources }: Pick<Actor, 'sources'>, source: string): boolean {
  return sources === null || sources.includes(source);
}
