/** Reads a request as the V2 API would: which list, for which device space, which part of it, or what is wrong. */
import type { Call, Stream } from './answers.js';
import type { Estate } from './estate.js';

interface Rules {
  readonly stream: Stream;
  readonly maxLimit: number;
  /** Parameters that must be there and not empty. */
  readonly required: readonly ('adminDeviceSpaceId' | 'type' | 'query')[];
  readonly types?: readonly string[];
}

const MAX_OFFSET = 10_000_000;
const SPACE = 'adminDeviceSpaceId';

const CALLS: Readonly<Record<string, Rules>> = {
  '/api/v2/ping': { stream: 'ping', maxLimit: 1, required: [] },
  '/api/v2/device_spaces': { stream: 'device_spaces', maxLimit: 10_000, required: [] },
  '/api/v2/admins/users': { stream: 'users', maxLimit: 200, required: [] },
  '/api/v2/admins/user_summary': { stream: 'user_summary', maxLimit: 10_000, required: [SPACE] },
  '/api/v2/admins/ldap_entities': {
    stream: 'ldap_entities',
    maxLimit: 10_000,
    required: [SPACE, 'query', 'type'],
    types: ['OU', 'GROUP', 'USER'],
  },
  '/api/v2/admins/ldap_entity_summary': {
    stream: 'ldap_entity_summary',
    maxLimit: 10_000,
    required: [SPACE, 'type'],
    types: ['OU', 'GROUP', 'USER', 'ALL'],
  },
  '/api/v2/admins/roles': { stream: 'roles', maxLimit: 10_000, required: [SPACE] },
};

/** What is wrong with a request, in the server's words. */
export class BadRequest extends Error {
  constructor(
    readonly status: 400 | 404 | 405,
    message: string,
  ) {
    super(message);
    this.name = 'BadRequest';
  }
}

/** @throws BadRequest */
export function readCall(estate: Estate, method: string, path: string, query: URLSearchParams): Call {
  const rules = CALLS[path];
  if (rules === undefined) throw new BadRequest(404, `There is nothing at ${path}.`);
  if (method !== 'GET') throw new BadRequest(405, `${method} is not possible here.`);
  for (const name of rules.required)
    if (!query.get(name)) throw new BadRequest(400, `Parameter ${name} is required.`);
  const word = query.get('query') ?? '';
  if (word.length > 20) throw new BadRequest(400, 'Parameter query has at most 20 characters.');
  return {
    stream: rules.stream,
    space: rules.required.includes(SPACE) ? spaceOf(estate, query) : '',
    type: typeOf(rules, query),
    query: word,
    offset: integer(query, 'offset', 0, MAX_OFFSET),
    limit: integer(query, 'limit', rules.maxLimit, rules.maxLimit),
    sortField:
      rules.stream === 'user_summary' || rules.stream === 'users' ? (query.get('sortField') ?? '') : '',
    descending: orderOf(query) === 'DESC',
  };
}

function spaceOf(estate: Estate, query: URLSearchParams): string {
  const id = integer(query, SPACE, 0, Number.MAX_SAFE_INTEGER);
  if (!estate.hasSpace(id)) throw new BadRequest(400, `There is no device space ${id}.`);
  return String(id);
}

function typeOf(rules: Rules, query: URLSearchParams): Call['type'] {
  const type = (query.get('type') ?? '').toUpperCase();
  if (rules.types === undefined) return '';
  if (!rules.types.includes(type))
    throw new BadRequest(400, `Parameter type is one of ${rules.types.join(', ')}.`);
  return type as Call['type'];
}

function orderOf(query: URLSearchParams): 'ASC' | 'DESC' {
  const order = query.get('sortOrder') ?? 'ASC';
  if (order !== 'ASC' && order !== 'DESC') throw new BadRequest(400, 'Parameter sortOrder is ASC or DESC.');
  return order;
}

function integer(query: URLSearchParams, name: string, absent: number, max: number): number {
  const given = query.get(name);
  if (given === null || given === '') return absent;
  const value = Number(given);
  if (!/^\d+$/.test(given) || value > max)
    throw new BadRequest(400, `Parameter ${name} is between 0 and ${max}.`);
  return value;
}
