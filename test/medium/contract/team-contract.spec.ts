import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connection, paging, rows, text } from '../../../demo/estate/faults.js';
import type { Fault } from '../../../demo/estate/simulated-server.js';
import { northwindField, type Team } from '../../../demo/estate/team.js';
import { exportTeam } from '../../../demo/estate/team-export.js';
import { type Style, TeamServer } from '../../../demo/estate/team-server.js';
import { createMamboEmm } from '../../../src/sources/mambo-emm/mambo-emm.client.js';
import { createMamboEmmFiles } from '../../../src/sources/mambo-emm/mambo-emm-files.client.js';
import type { Source } from '../../../src/sources/source.js';
import { TeamPipeline } from '../../support/team-pipeline.js';
import { byFile, describeTeamContract, readList, type TeamAccess } from './team-contract.js';

for (const kind of ['yaml', 'json', 'csv'] as const) describeTeamContract(`from ${kind}`, byFile(kind));
for (const style of ['none', 'offset', 'page', 'cursor', 'link'] as const)
  describeTeamContract(`over HTTP, paging by ${style}`, overHttp(style));

function overHttp(style: Style): (team: Team) => Promise<TeamAccess> {
  return async (team) => {
    const server = await TeamServer.start(team, { style });
    return { open: () => Promise.resolve(opened(server)), close: () => server.stop() };
  };
}

function opened(server: TeamServer, secret = server.secret): Source {
  return createMamboEmm(
    {
      name: 'team',
      team: server.team.key,
      url: server.url,
      sign: () => ({ headers: { authorization: `Bearer ${secret}` }, secrets: [secret] }),
      ownToken: null,
      lists: server.lists,
      limits: { tries: 2, pageMs: 5_000 },
    },
    { sleep: () => Promise.resolve(), random: () => 0 },
  );
}

describe('a team over HTTP', () => {
  let server: TeamServer;
  afterEach(() => server.stop());

  const faultsOf = async (style: Style, fault: Fault): Promise<string[]> => {
    server = await TeamServer.start(northwindField(), { style });
    server.inject(fault);
    const source = opened(server);
    try {
      return (await readList(source, 'members')).faults.map(({ code, message }) => `${code}: ${message}`);
    } catch (error) {
      return [`thrown: ${(error as Error).message}`];
    } finally {
      await source.close();
    }
  };

  it('is only ever asked, with GET and the configured headers, and nothing is kept of what nobody mapped', async () => {
    server = await TeamServer.start(northwindField());
    const source = opened(server);
    const { records } = await readList(source, 'access_tokens');
    await source.close();
    expect(server.requests.every(({ method, authorised }) => method === 'GET' && authorised)).toBe(true);
    expect(JSON.stringify(records)).not.toContain('mmb_');
  });

  it('that ignores its paging is not read as complete', async () => {
    expect(await faultsOf('offset', paging.offsetIgnored())).toEqual([
      'bad-count: members, page 1: the same items again: the server does not page as it is configured',
    ]);
  });

  it.each([
    ['too low', 2, 'beyond-end: members, page 1: 2 items behind the stated end: the total is too low'],
    ['too high', 9, 'bad-count: members, page 2: the total is 9, but after 4 items no more came'],
    [
      'no number',
      'many',
      'bad-count: members, page 0: data.total: expected a whole number from 0 to 100000000 (totalAt), received "many"',
    ],
  ])('whose total is %s is not read as complete', async (_, total, expected) => {
    expect(await faultsOf('offset', paging.count('total', total))).toContain(expected);
  });

  it('whose total hides somebody behind a full last page is not read as complete, even if nobody is missed', async () => {
    server = await TeamServer.start(northwindField());
    server.inject(paging.count('total', 2));
    const source = opened(server);
    const { faults } = await readList(source, 'members', false);
    await source.close();
    expect(faults).toEqual([expect.objectContaining({ code: 'beyond-end' })]);
  });

  it('is there as long as one of its lists answers', async () => {
    server = await TeamServer.start(northwindField());
    const source = opened(server);
    const ping = () => source.ping(new AbortController().signal);
    for (const stream of ['access_tokens', 'roles']) server.inject(connection.cut(10, 'reset'), { stream });
    await expect(ping()).resolves.toBeDefined();
    server.inject(connection.status(503), { stream: 'members' });
    await expect(ping()).rejects.toMatchObject({ code: 'unreachable' });
    server.heal();
    server.inject(connection.status(401));
    server.requests.length = 0;
    await expect(ping()).rejects.toMatchObject({
      code: 'unauthorised',
      message: expect.stringMatching(/^accessTokens: answered 401 /) as string,
    });
    expect(server.requests).toHaveLength(1);
    await source.close();
  });

  it('that runs in a circle comes to an end', async () => {
    expect(await faultsOf('cursor', paging.count('next', 'c2'))).toEqual([
      'bad-count: members, page 1: the next page is one that was read already',
    ]);
    await server.stop();
    expect(await faultsOf('link', linking('<https://elsewhere.example/x>; rel=next'))).toEqual([
      'bad-count: members, page 0: the next page is said to be on another server: not followed',
    ]);
  });

  it.each([
    ['cursor', ['2', '2', '1', '1', '1']],
    ['offset', ['2', '2', '2', '2']],
  ] as const)('is confirmed in other pages where nothing says how long it is: %s', async (style, sizes) => {
    server = await TeamServer.start(northwindField(), { style });
    const source = opened(server);
    const [step] = source.scopedSteps(server.team.key);
    const read = async (otherPages: boolean): Promise<number> => {
      let rows = 0;
      const options = { signal: new AbortController().signal, otherPages };
      for await (const page of source.read(step!, options)) rows += page.rows;
      return rows;
    };
    const rows = [await read(false), await read(true)];
    await source.close();
    expect(rows).toEqual([3, 3]);
    expect(server.requests.map(({ query }) => query['take'])).toEqual(sizes);
  });

  it('that gives more than its total comes to an end', async () => {
    const more = await faultsOf('link', othersAgain());
    expect(more[0]).toMatch(/^bad-count: members, page \d: the total is 4, but \d items were received$/);
    expect(more.at(-1)).toMatch(/^bad-count: members, page \d+: no end after \d+ pages/);
  });

  it('that gives nothing again and again comes to an end', async () => {
    let page = 0;
    const faults = await faultsOf('cursor', {
      name: 'always another page',
      answer: (reply) => void (reply.counts['next'] = `c${100 + page++}`),
    });
    expect(faults).toEqual(['bad-count: members, page 16: no end after 17 pages and 2 items']);
  });

  it('with a word that nobody has explained loses that entry, and says which', async () => {
    server = await TeamServer.start(northwindField(), { style: 'none' });
    server.inject(
      rows.row('another word', (row) => ({
        ...row,
        access: { ...(row['access'] as object), webhooks: 'MANAGER' },
      })),
    );
    const source = opened(server);
    const { records, faults } = await readList(source, 'access_tokens');
    await source.close();
    expect(records).toHaveLength(2);
    expect(faults).toEqual([
      {
        code: 'bad-row',
        message:
          'accessTokens, page 0: data.items[0]: access.webhooks: is a word whose meaning is not configured (known: NOTHING, NONE, VIEW, MANAGE, DELETE); did you mean "MANAGE"?',
      },
    ]);
  });

  it.each([
    [
      'a redirect',
      connection.redirect('https://elsewhere.example'),
      'a redirect to https://elsewhere.example',
    ],
    ['a log-in page', text.loginPage(), 'answered HTML'],
    ['another shape', answering('{}'), 'data.items: expected a list (itemsAt)'],
  ])('that answers with %s is not believed', async (_, fault, expected) => {
    expect(await faultsOf('offset', fault)).toEqual([expect.stringContaining(expected)]);
  });

  it('that refuses the token is not asked again, and the token is in no message', async () => {
    server = await TeamServer.start(northwindField());
    const source = opened(server, 'a-wrong-secret');
    const error = await readList(source, 'members').catch((thrown: unknown) => thrown);
    await source.close();
    expect(error).toMatchObject({ code: 'unauthorised' });
    expect(String(error)).not.toContain('a-wrong-secret');
    expect(server.requests).toHaveLength(1);
  });

  it('has the root that its export has, and no change between the two', async () => {
    server = await TeamServer.start(northwindField());
    const pipeline = await TeamPipeline.start();
    const folder = await mkdtemp(join(tmpdir(), 'rolewatch-team-'));
    const root = async (seq: number) =>
      (await pipeline.db.query(`select encode(root, 'hex') as root from snapshot where seq = $1`, [seq]))[0];
    try {
      pipeline.source = () => Promise.resolve(opened(server));
      const live = await pipeline.publish();
      const exported = { exportedAt: new Date(), exporter: 'Eve Exporter' };
      const file = await exportTeam(server.team, folder, 'csv', exported);
      pipeline.source = () => createMamboEmmFiles({ name: 'team', team: server.team.key, file });
      const second = await pipeline.publish();
      expect((await pipeline.drift(live, second)).changes).toEqual([]);
      expect(await root(second)).toEqual(await root(live));
      expect(await pipeline.fsck()).toEqual([]);
    } finally {
      await pipeline.stop();
      await rm(folder, { recursive: true });
    }
  });
});

function linking(link: string): Fault {
  return { name: 'another link', answer: (reply) => void (reply.headers['link'] = link) };
}

/** Its first entries on every page, each time as somebody else, and always a next page. */
function othersAgain(): Fault {
  let page = 0;
  return {
    name: 'others again and again',
    answer: (reply) => {
      page++;
      reply.headers['link'] = `</api/people?from=0&again=${page}>; rel=next`;
      reply.rows = [...reply.rows].map((row, n) => ({ ...row, uuid: `somebody else ${page}.${n}` }));
    },
  };
}

function answering(whole: string): Fault {
  return { name: 'another answer', answer: (reply) => void (reply.whole = whole) };
}
