/** What is thrown at every server, whatever lists it has: one fault of each kind. */
import type { Fault, SimulatedServer, When } from '../simulated-server.js';
import * as connection from './connection.js';
import * as paging from './paging.js';
import * as rows from './rows.js';
import * as text from './text.js';

export interface NamedFault<S extends SimulatedServer = SimulatedServer> {
  readonly id: 'U1' | 'U2' | 'U3' | 'U4' | 'U5' | 'U6' | 'U7' | 'U8' | 'U10' | 'U11';
  readonly name: string;
  /** Injects it into a running server; the paging ones need at least two pages of its main list to bite. */
  apply(server: S): void | Promise<void>;
}

export interface Targets {
  /** The list in which the people, or tokens, hold their rights. */
  readonly main: string;
  /** Another list, which can be missed. */
  readonly side: string;
  readonly catalogue: string;
  /** What the server calls the number of all rows. */
  readonly total: string;
}

const GIGABYTE = 1024 ** 3;

export function stockOf({ main, side, catalogue, total }: Targets): readonly NamedFault[] {
  const at: At = {
    main: { stream: main },
    secondPage: { stream: main, page: 1 },
    side: { stream: side },
    catalogue: { stream: catalogue },
    total,
  };
  return [...refusals(at), ...texts(at), ...statements(at), ...excesses(at)];
}

interface At {
  readonly main: When;
  readonly secondPage: When;
  readonly side: When;
  readonly catalogue: When;
  readonly total: string;
}

function refusals({ main, secondPage, side }: At): NamedFault[] {
  return [
    ...[500, 502, 503, 408].map((code) => lasting('U1', connection.status(code), main)),
    ...[500, 502, 503, 408].map((code) => once('U1', connection.status(code), main)),
    once('U1', connection.status(429, { 'retry-after': '1' }), main, '429, retry after 1 second'),
    once(
      'U1',
      connection.status(429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
      main,
      '429, retry after a date gone by',
    ),
    lasting(
      'U1',
      connection.status(429, { 'retry-after': '99999999999999999999' }),
      main,
      '429, retry after an absurd time',
    ),
    lasting(
      'U1',
      connection.status(429, { 'retry-after': 'tomorrow; DROP TABLE' }),
      main,
      '429, retry after no time at all',
    ),
    lasting('U1', connection.noContent(), main),

    lasting('U2', connection.status(401), {}, '401 from the start'),
    lasting('U2', connection.status(401), secondPage, '401 on the second page'),
    lasting('U2', connection.status(403), side, '403 on one stream'),

    happening('U3', 'connection refused', (server) => server.stop()),
    lasting('U3', connection.stalledHeaders(), main),
    lasting('U3', connection.stalledBody(100), main),
    lasting('U3', connection.drip(1, 100), main, '10 bytes a second'),
    lasting('U3', connection.cut(200, 'reset'), main),
    lasting('U3', connection.cut(200, 'end'), main),
    once('U3', connection.cut(200, 'reset'), main),
    lasting('U3', connection.wrongLength(10), main),
    lasting('U3', connection.wrongLength(-10), main),
  ];
}

function texts({ main, secondPage, total }: At): NamedFault[] {
  return [
    ...[0, 1, 12, 100, -1].map((at) => lasting('U4', text.truncated(at), main)),
    ...[0, 40, 77].map((at) => once('U4', text.flippedBit(at, 3), main)),
    lasting('U4', text.contentType('text/plain'), main),
    lasting('U4', text.loginPage(), {}),
    lasting('U4', text.loginPage(), secondPage, 'HTML login page with status 200 on the second page'),
    lasting('U4', text.byteOrderMark(), main),
    lasting('U4', text.latin1(), main),
    lasting('U4', text.duplicateKey(), main),
    lasting('U4', text.deepNesting(100_000), main),

    lasting('U5', paging.totalOff(-1), main),
    lasting('U5', paging.totalOff(1), main),
    lasting('U5', paging.totalOff(0, 1), main, 'total changing between pages'),
    ...[null, '14', -1, 1.5, 2 ** 40, undefined].map((value) =>
      lasting('U5', paging.count(total, value), main),
    ),

    once('U6', paging.rowAddedBetweenPages(), secondPage),
    once('U6', paging.rowRemovedBetweenPages(), secondPage),
    once('U6', paging.rowReplacedBetweenPages(), secondPage),
    once('U6', paging.reshuffledBetweenPages(), secondPage),
    lasting('U6', paging.reshuffledBetweenPages(), main),
    lasting('U6', paging.offsetIgnored(), main),
    lasting('U6', paging.offsetAsPage(), main),
    lasting('U6', paging.pageSizeCut(3), main),
    lasting('U6', paging.emptyPage(), secondPage),
    lasting('U6', paging.endlessPaging(), main),
    lasting('U6', paging.comesRound(9_000_000), main),
  ];
}

function statements({ main, catalogue }: At): NamedFault[] {
  return [
    lasting('U7', rows.repeatedRow(), main),
    lasting('U7', rows.rowHiddenByRepeat(), main),
    lasting('U7', rows.recasedRepeat(), main),
    lasting('U7', rows.key(null), main),
    lasting('U7', rows.key(''), main),
    lasting('U7', rows.retypedKey(), main),
    lasting('U7', rows.keyWith('NUL in the key', '\u0000'), main),
    lasting('U7', rows.keyWith('lone surrogate in the key', '\ud800'), main),
    lasting('U7', rows.named('NUL in the name', 'mi\u0000admin'), main),
    lasting('U7', rows.named('lone surrogate in the name', 'mi\udfffadmin'), main),
    lasting('U7', rows.named('decomposed letters (NFD)', 'Zoe\u0308 Example'), main),
    lasting('U7', rows.named('composed letters (NFC)', 'Zo\u00eb Example'), main),
    lasting('U7', rows.named('right-to-left override', '\u202enimda'), main),
    lasting('U7', rows.named('name of 1 MB', 'n'.repeat(1024 ** 2)), main),
    lasting('U7', rows.hostileFields(), main),
    lasting('U7', text.hugeNumber(), main),

    ...[1, 0.5, 0.21].map((share) => lasting('U8', rows.gone(share), main)),
    lasting('U8', paging.empty(), catalogue, 'empty catalogue'),
    lasting('U8', rows.masked(), main),
  ];
}

function excesses({ main, secondPage }: At): NamedFault[] {
  return [
    lasting('U10', connection.redirect('http://elsewhere.example.com/api/v2/admins/users'), {}),
    lasting(
      'U10',
      connection.redirect('//127.0.0.2/api/v2/ping', 307),
      {},
      'redirect to another host, scheme kept',
    ),
    lasting('U10', connection.redirect('http://169.254.169.254/latest/meta-data/'), main),
    lasting('U10', connection.redirect('/api/v2/ping', 308), main, 'redirect within the same host'),
    happening('U10', 'redirect from the second page on to http', (server) => {
      server.inject(connection.redirect(`http://localhost:${new URL(server.url).port}/`), secondPage);
    }),

    lasting('U11', connection.hugeBody(10 * GIGABYTE), main),
    lasting('U11', connection.compressionBomb(10 * GIGABYTE), main),
    lasting('U11', connection.manyHeaders(1_000_000), main),
  ];
}

export function lasting(id: NamedFault['id'], fault: Fault, when: When, name = fault.name): NamedFault {
  return { id, name, apply: (server) => server.inject(fault, when) };
}

function once(id: NamedFault['id'], fault: Fault, when: When, name = fault.name): NamedFault {
  return { id, name: `${name}, once`, apply: (server) => server.inject(fault, { ...when, times: 1 }) };
}

export function happening<S extends SimulatedServer>(
  id: NamedFault['id'],
  name: string,
  apply: NamedFault<S>['apply'],
): NamedFault<S> {
  return { id, name, apply };
}
