/**
 * Where a hook may lead. A name in a configuration can be made to point anywhere by whoever runs its DNS: at this
 * machine, at a neighbour, at a cloud's metadata. So every address is checked, and the checked one is connected to.
 */
import ipaddr from 'ipaddr.js';

/** Ranges that a configured host may be in if that is said. Link-local ones, where metadata services live, are not. */
const PRIVATE: ReadonlySet<string> = new Set(['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/**
 * Why nothing is sent to an address, or undefined where it may be.
 * @param address an IP address, in brackets or not; a name is no problem here, since its addresses are checked later
 * @param of `literal`: it stands in the configuration; `resolved`: the DNS gave it
 */
export function addressProblem(
  address: string,
  allowPrivate: boolean,
  of: 'literal' | 'resolved',
): string | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare))
    return of === 'literal' ? undefined : 'the DNS gave something that is no address';
  // an IPv4 address in an IPv6 spelling is what it is in IPv4
  const range = ipaddr.process(bare).range();
  if (range === 'unicast') return undefined;
  const what = of === 'literal' ? 'is' : 'its name leads to';
  if (!PRIVATE.has(range)) return `${what} an address of the range "${range}", to which nothing is ever sent`;
  if (allowPrivate) return undefined;
  return `${what} an address of this machine or of a private network: say allowPrivate: true if that is meant`;
}
