import type { Actor } from './actor.js';

/** Who is who; accounts/ knows. */
export abstract class Callers {
  /**
   * Whose token it is.
   * @param authorization the header
   * @throws RolewatchError unauthorised, for what is no token of ours or not valid any more
   */
  abstract callerOf(authorization: string): Promise<Actor>;
}
