/**
 * What is thrown at a reader, as a table for each simulated server. The numbers are groups: U1 status codes, U2 refusals,
 * U3 connections, U4 bytes, U5 counts, U6 paging, U7 values, U8 mass disappearance, U10 redirects, U11 size. A fault
 * lasts until `heal` unless its name says how often it happens.
 */
import type { EpmmServer } from './epmm-server.js';
import * as connection from './faults/connection.js';
import * as paging from './faults/paging.js';
import * as rows from './faults/rows.js';
import { happening, lasting, type NamedFault, stockOf } from './faults/stock.js';
import * as text from './faults/text.js';
import type { TeamServer } from './team-server.js';

export { connection, paging, rows, text };
export type { NamedFault };

const SUMMARY = { stream: 'user_summary' };
const DIRECTORY = { stream: 'ldap_entity_summary' };
const CATALOGUE = { stream: 'roles' };

export const FAULTS: readonly NamedFault<EpmmServer>[] = [
  ...stockOf({ main: 'user_summary', side: 'ldap_entity_summary', catalogue: 'roles', total: 'totalCount' }),
  happening('U2', 'password changed', (server) => void (server.password += ' changed')),
  happening('U2', 'account lost its role', (server) => void (server.accountMayRead = false)),
  lasting('U5', paging.count('resultCount', 0), SUMMARY),
  lasting('U7', rows.recasedRepeat(), DIRECTORY, 'DN repeated in another case'),
  lasting('U7', rows.retypedKey(), { stream: 'device_spaces' }, 'space id as a text'),
  lasting('U7', rows.fieldMissing('spaceRoles'), SUMMARY),
  happening('U8', 'every second of users and summaries gone', (server) => {
    for (const stream of ['users', 'user_summary']) server.inject(rows.gone(0.5), { stream });
  }),
  lasting('U8', rows.rolesWithoutPermissions(), CATALOGUE),
  lasting('U8', paging.empty(), { stream: 'device_spaces' }, 'no device spaces'),
  lasting('U8', rows.masked(), DIRECTORY, 'masked directory'),
];

const TOKENS = { stream: 'access_tokens' };
const MEMBERS = { stream: 'members' };

export const TEAM_FAULTS: readonly NamedFault<TeamServer>[] = [
  ...stockOf({ main: 'access_tokens', side: 'members', catalogue: 'roles', total: 'total' }),
  happening('U2', 'token changed', (server) => void (server.secret += ' changed')),
  lasting('U7', rows.fieldMissing('access'), TOKENS),
  lasting('U7', rows.fieldMissing('commands'), TOKENS),
  lasting('U7', rows.fieldMissing('roles'), MEMBERS),
  lasting('U7', rows.field('roles', null), MEMBERS),
  lasting(
    'U7',
    rows.row('one member without roles', ({ roles: _, ...rest }) => rest),
    MEMBERS,
  ),
  lasting('U7', rows.field('label', ['Ann']), MEMBERS),
  happening('U8', 'every second of tokens and members gone', (server) => {
    for (const stream of ['access_tokens', 'members']) server.inject(rows.gone(0.5), { stream });
  }),
  lasting('U8', rows.masked(), MEMBERS, 'masked members'),
  lasting('U8', rows.field('label', '*****'), MEMBERS, 'masked names alone'),
];
