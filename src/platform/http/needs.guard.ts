import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { hasCode, messageOf, RolewatchError } from '../errors.js';
import { Log } from '../log.js';
import { type Actor, inLog, LOCAL_ACTOR, maySee } from './actor.js';
import { Callers } from './callers.js';
import { isLocal } from './local.js';
import { type AdmittedRequest, NEED, type Need } from './needs.js';
import { isAllowed, type Permission, rolesWith } from './permissions.js';
import { Refusals } from './refusals.js';

/** Stands before every route: lets in whom its @Needs names, and nobody where it has none. */
@Injectable()
export class NeedsGuard implements CanActivate {
  private readonly refusals = new Refusals();

  constructor(
    private readonly reflector: Reflector,
    private readonly callers: Callers,
    private readonly log: Log,
  ) {}

  /** @throws RolewatchError unauthorised, forbidden, too-many-requests; unknown-source for one it may not see */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.get<Need | undefined>(NEED, context.getHandler());
    if (need === undefined) throw new RolewatchError('forbidden', 'nobody may do that');
    if (need.permission === null) return true;
    const request = context.switchToHttp().getRequest<AdmittedRequest>();
    const actor = await this.actorOf(request, need);
    this.refuseUnlessAllowed(request, actor, need.permission);
    if (need.allSources) refuseLimited(actor);
    const source = request.params['source'];
    if (typeof source === 'string' && !maySee(actor, source))
      throw new RolewatchError('unknown-source', `nothing was ever read from a source named "${source}"`);
    request.actor = actor;
    return true;
  }

  private async actorOf(request: AdmittedRequest, need: Need): Promise<Actor> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.tokenActor(request, authorization);
    if (need.orLocal && isLocal(request)) return LOCAL_ACTOR;
    throw new RolewatchError('unauthorised', 'give a token: Authorization: Bearer rw_…');
  }

  private async tokenActor(request: AdmittedRequest, authorization: string): Promise<Actor> {
    const address = request.ip ?? 'unknown';
    if (this.refusals.tooMany(address))
      throw new RolewatchError(
        'too-many-requests',
        'too many tokens from this address were refused: wait a minute',
      );
    try {
      return await this.callers.callerOf(authorization);
    } catch (error) {
      if (hasCode(error, 'unauthorised')) {
        this.refusals.add(address);
        this.log.warn('token refused', { address, method: request.method, why: messageOf(error) });
      }
      throw error;
    }
  }

  private refuseUnlessAllowed(request: AdmittedRequest, actor: Actor, permission: Permission): void {
    const { role } = actor;
    if (isAllowed(role, permission)) return;
    this.log.warn('not allowed', { actor: inLog(actor), action: permission, method: request.method });
    const roles = rolesWith(permission).join(' or ');
    throw new RolewatchError(
      'forbidden',
      `this needs ${permission}: a token of the role ${roles}, and yours is ${role}`,
    );
  }
}

function refuseLimited({ sources }: Actor): void {
  if (sources === null) return;
  const which = sources.join(', ');
  throw new RolewatchError('forbidden', `this concerns every source, and your token is limited to ${which}`);
}
