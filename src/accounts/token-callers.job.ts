import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { type Actor, inLog } from '../platform/http/actor.js';
import { Callers } from '../platform/http/callers.js';
import { Log } from '../platform/log.js';
import { readToken } from './api-token.js';
import { markUsed } from './api-token.store.js';
import { tokenByPrefix } from './api-tokens.view.js';

const BEARER = /^Bearer +(\S+)$/i;
/** Compared with where there is no such token, so that this takes as long. */
const NOTHING = Buffer.alloc(32);

/** Knows callers by their tokens. */
@Injectable()
export class TokenCallers extends Callers {
  constructor(
    private readonly db: Database,
    private readonly log: Log,
  ) {
    super();
  }

  async callerOf(authorization: string): Promise<Actor> {
    const shown = readToken(BEARER.exec(authorization)?.[1] ?? '');
    if (shown === null) throw refused('that is no token of rolewatch, or not the whole of one');
    const held = await tokenByPrefix(this.db, shown.prefix);
    const matches = timingSafeEqual(shown.hash, held?.hash ?? NOTHING);
    if (held === undefined || !matches) throw refused('that token is not known here');
    if (held.state !== 'valid') throw refused(`the token ${shown.prefix} is ${held.state}`);
    const { role, sources } = held;
    const actor: Actor = { kind: 'token', id: `token:${shown.prefix}`, role, sources };
    if (await markUsed(this.db, held.id)) this.log.info('token used', { actor: inLog(actor) });
    return actor;
  }
}

function refused(why: string): RolewatchError {
  return new RolewatchError('unauthorised', why);
}
