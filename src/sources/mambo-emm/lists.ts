/** The lists of a mambo EMM team, and how both kinds of source call them in their configuration. */
import type { Step } from '../source.js';

export const STREAMS = ['access_tokens', 'roles', 'members'] as const;
export type Stream = (typeof STREAMS)[number];

/** The name of a list in files and in rolewatch.yaml. */
export const LIST_NAMES = { access_tokens: 'accessTokens', roles: 'roles', members: 'members' } as const;
export type ListName = (typeof LIST_NAMES)[Stream];

/** @throws RangeError: a step that this product does not have is a mistake of ours, not of the source */
export function streamOf(name: string): Stream {
  const stream = STREAMS.find((known) => known === name);
  if (stream === undefined) throw new RangeError(`mambo-emm has no stream ${name}`);
  return stream;
}

/** The steps for those lists of a team that a source gives. */
export function stepsOf(team: string, gives: (stream: Stream) => boolean): Step[] {
  return STREAMS.filter(gives).map((stream) => ({ stream, scope: team }));
}
