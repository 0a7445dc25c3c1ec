import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from './actor.js';
import type { Permission } from './permissions.js';

/** What a route asks of its caller. */
export interface Need {
  /** Null: nothing, anybody may call it. */
  readonly permission: Permission | null;
  /** Whoever asks from this machine itself needs no token. */
  readonly orLocal: boolean;
  /** It concerns every source: a token that is limited to some may not. */
  readonly allSources: boolean;
}

export const NEED = 'rolewatch:need';

/** A route without this is refused to everybody. */
export const Needs = (permission: Permission): MethodDecorator =>
  SetMetadata(NEED, { permission, orLocal: false, allSources: false } satisfies Need);

/** For what reaches beyond any source, or all of them at once. */
export const NeedsForAllSources = (permission: Permission): MethodDecorator =>
  SetMetadata(NEED, { permission, orLocal: false, allSources: true } satisfies Need);

/** For what a person on this machine looks at in a browser, or its own monitoring asks. */
export const NeedsUnlessLocal = (permission: Permission): MethodDecorator =>
  SetMetadata(NEED, { permission, orLocal: true, allSources: false } satisfies Need);

/** Only for what says nothing about anything: that the process lives. */
export const NeedsNothing = (): MethodDecorator =>
  SetMetadata(NEED, { permission: null, orLocal: false, allSources: false } satisfies Need);

/** For what compares a secret of its own, and lets nobody in without. */
export const NeedsOwnSecret = NeedsNothing;

/** A request once the guard has let it in. */
export interface AdmittedRequest extends Request {
  actor?: Actor;
}

/** The caller, in a parameter of a route that needs something. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<AdmittedRequest>();
  if (actor === undefined) throw new Error('this route lets in whoever comes: nobody is known to it');
  return actor;
});
