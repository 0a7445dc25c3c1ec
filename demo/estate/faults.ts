/**
 * What is thrown at a reader, as a table. The numbers are groups: U1 status codes, U2 refusals, U3 connections,
 * U4 bytes, U5 counts, U6 paging, U7 values, U8 mass disappearance, U10 redirects, U11 size. A fault lasts until
 * `heal` unless its name says how often it happens.
 */
import type { EpmmServer, Fault, When } from './epmm-server.js';
import * as connection from './faults/connection.js';
import * as paging from './faults/paging.js';
import * as rows from './faults/rows.js';
import * as text from './faults/text.js';

export { connection, paging, rows, text };

export interface NamedFault {
  readonly id: 'U1' | 'U2' | 'U3' | 'U4' | 'U5' | 'U6' | 'U7' | 'U8' | 'U10' | 'U11';
  readonly name: string;
  /** Injects it into a running server; the paging ones need at least two pages of admin summaries to bite. */
  apply(server: EpmmServer): void | Promise<void>;
}

const SUMMARY: When = { stream: 'user_summary' };
const SECOND_PAGE: When = { ...SUMMARY, page: 1 };
const DIRECTORY: When = { stream: 'ldap_entity_summary' };
const CATALOGUE: When = { stream: 'roles' };

const GIGABYTE = 1024 ** 3;

export const FAULTS: readonly NamedFault[] = [
  ...[500, 502, 503, 408].map((code) => lasting('U1', connection.status(code), SUMMARY)),
  ...[500, 502, 503, 408].map((code) => once('U1', connection.status(code), SUMMARY)),
  once('U1', connection.status(429, { 'retry-after': '1' }), SUMMARY, '429, retry after 1 second'),
  once(
    'U1',
    connection.status(429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
    SUMMARY,
    '429, retry after a date gone by',
  ),
  lasting(
    'U1',
    connection.status(429, { 'retry-after': '99999999999999999999' }),
    SUMMARY,
    '429, retry after an absurd time',
  ),
  lasting(
    'U1',
    connection.status(429, { 'retry-after': 'tomorrow; DROP TABLE' }),
    SUMMARY,
    '429, retry after no time at all',
  ),
  lasting('U1', connection.noContent(), SUMMARY),

  lasting('U2', connection.status(401), {}, '401 from the start'),
  lasting('U2', connection.status(401), SECOND_PAGE, '401 on the second page'),
  lasting('U2', connection.status(403), DIRECTORY, '403 on one stream'),
  happening('U2', 'password changed', (server) => void (server.password += ' changed')),
  happening('U2', 'account lost its role', (server) => void (server.accountMayRead = false)),

  happening('U3', 'connection refused', (server) => server.stop()),
  lasting('U3', connection.stalledHeaders(), SUMMARY),
  lasting('U3', connection.stalledBody(100), SUMMARY),
  lasting('U3', connection.drip(1, 100), SUMMARY, '10 bytes a second'),
  lasting('U3', connection.cut(200, 'reset'), SUMMARY),
  lasting('U3', connection.cut(200, 'end'), SUMMARY),
  once('U3', connection.cut(200, 'reset'), SUMMARY),
  lasting('U3', connection.wrongLength(10), SUMMARY),
  lasting('U3', connection.wrongLength(-10), SUMMARY),

  ...[0, 1, 12, 100, -1].map((at) => lasting('U4', text.truncated(at), SUMMARY)),
  ...[0, 40, 77].map((at) => once('U4', text.flippedBit(at, 3), SUMMARY)),
  lasting('U4', text.contentType('text/plain'), SUMMARY),
  lasting('U4', text.loginPage(), {}),
  lasting('U4', text.loginPage(), SECOND_PAGE, 'HTML login page with status 200 on the second page'),
  lasting('U4', text.byteOrderMark(), SUMMARY),
  lasting('U4', text.latin1(), SUMMARY),
  lasting('U4', text.duplicateKey(), SUMMARY),
  lasting('U4', text.deepNesting(100_000), SUMMARY),

  lasting('U5', paging.totalOff(-1), SUMMARY),
  lasting('U5', paging.totalOff(1), SUMMARY),
  lasting('U5', paging.totalOff(0, 1), SUMMARY, 'totalCount changing between pages'),
  ...[null, '14', -1, 1.5, undefined].map((value) =>
    lasting('U5', paging.count('totalCount', value), SUMMARY),
  ),
  lasting('U5', paging.count('resultCount', 0), SUMMARY),

  once('U6', paging.rowAddedBetweenPages(), SECOND_PAGE),
  once('U6', paging.rowRemovedBetweenPages(), SECOND_PAGE),
  once('U6', paging.rowReplacedBetweenPages(), SECOND_PAGE),
  once('U6', paging.reshuffledBetweenPages(), SECOND_PAGE),
  lasting('U6', paging.reshuffledBetweenPages(), SUMMARY),
  lasting('U6', paging.offsetIgnored(), SUMMARY),
  lasting('U6', paging.offsetAsPage(), SUMMARY),
  lasting('U6', paging.pageSizeCut(3), SUMMARY),
  lasting('U6', paging.emptyPage(), SECOND_PAGE),
  lasting('U6', paging.endlessPaging(), SUMMARY),
  lasting('U6', paging.comesRound(9_000_000), SUMMARY),

  lasting('U7', rows.repeatedRow(), SUMMARY),
  lasting('U7', rows.rowHiddenByRepeat(), SUMMARY),
  lasting('U7', rows.recasedRepeat(), SUMMARY),
  lasting('U7', rows.recasedRepeat(), DIRECTORY, 'DN repeated in another case'),
  lasting('U7', rows.key(null), SUMMARY),
  lasting('U7', rows.key(''), SUMMARY),
  lasting('U7', rows.retypedKey(), SUMMARY),
  lasting('U7', rows.retypedKey(), { stream: 'device_spaces' }, 'space id as a text'),
  lasting('U7', rows.fieldMissing('spaceRoles'), SUMMARY),
  lasting('U7', rows.keyWith('NUL in the key', '\u0000'), SUMMARY),
  lasting('U7', rows.keyWith('lone surrogate in the key', '\ud800'), SUMMARY),
  lasting('U7', rows.named('NUL in the name', 'mi\u0000admin'), SUMMARY),
  lasting('U7', rows.named('lone surrogate in the name', 'mi\udfffadmin'), SUMMARY),
  lasting('U7', rows.named('decomposed letters (NFD)', 'Zoe\u0308 Example'), SUMMARY),
  lasting('U7', rows.named('composed letters (NFC)', 'Zo\u00eb Example'), SUMMARY),
  lasting('U7', rows.named('right-to-left override', '\u202enimda'), SUMMARY),
  lasting('U7', rows.named('name of 1 MB', 'n'.repeat(1024 ** 2)), SUMMARY),
  lasting('U7', rows.hostileFields(), SUMMARY),
  lasting('U7', text.hugeNumber(), SUMMARY),

  ...[1, 0.5, 0.21].map((share) => lasting('U8', rows.gone(share), SUMMARY)),
  happening('U8', 'every second of users and summaries gone', (server) => {
    for (const stream of ['users', 'user_summary'] as const) server.inject(rows.gone(0.5), { stream });
  }),
  lasting('U8', paging.empty(), CATALOGUE, 'empty catalogue'),
  lasting('U8', rows.rolesWithoutPermissions(), CATALOGUE),
  lasting('U8', paging.empty(), { stream: 'device_spaces' }, 'no device spaces'),
  lasting('U8', rows.masked(), SUMMARY),
  lasting('U8', rows.masked(), DIRECTORY, 'masked directory'),

  lasting('U10', connection.redirect('http://elsewhere.example.com/api/v2/admins/users'), {}),
  lasting(
    'U10',
    connection.redirect('//127.0.0.2/api/v2/ping', 307),
    {},
    'redirect to another host, scheme kept',
  ),
  lasting('U10', connection.redirect('http://169.254.169.254/latest/meta-data/'), SUMMARY),
  lasting('U10', connection.redirect('/api/v2/ping', 308), SUMMARY, 'redirect within the same host'),
  happening('U10', 'redirect from the second page on to http', (server) => {
    server.inject(connection.redirect(`http://localhost:${new URL(server.url).port}/`), SECOND_PAGE);
  }),

  lasting('U11', connection.hugeBody(10 * GIGABYTE), SUMMARY),
  lasting('U11', connection.compressionBomb(10 * GIGABYTE), SUMMARY),
  lasting('U11', connection.manyHeaders(1_000_000), SUMMARY),
];

function lasting(id: NamedFault['id'], fault: Fault, when: When, name = fault.name): NamedFault {
  return { id, name, apply: (server) => server.inject(fault, when) };
}

function once(id: NamedFault['id'], fault: Fault, when: When, name = fault.name): NamedFault {
  return { id, name: `${name}, once`, apply: (server) => server.inject(fault, { ...when, times: 1 }) };
}

function happening(id: NamedFault['id'], name: string, apply: NamedFault['apply']): NamedFault {
  return { id, name, apply };
}
