/**
 * A server that gives a team's lists over HTTP, in one of many shapes that such a server could have: mambo EMM's own is
 * not public, and this is not it. It pages in every style that can be configured.
 */
import type { IncomingMessage } from 'node:http';
import { type HeldAreas, LADDER_AREAS, MAMBO_COMMANDS, MAMBO_LADDERS } from '../../src/access/mambo-emm.js';
import type { ListMapping, MamboLists, PagingStyle } from '../../src/sources/mambo-emm/http-config.js';
import { STREAMS, type Stream } from '../../src/sources/mambo-emm/lists.js';
import { listingOf, rowsFrom } from './listing.js';
import type { Listing, Row } from './listing.js';
import { type Envelope, Reply } from './reply.js';
import { type Asked, SimulatedServer } from './simulated-server.js';
import type { Team } from './team.js';

export type Style = PagingStyle['style'];

export interface TeamServerOptions {
  readonly style?: Style;
  /** Items of a page. */
  readonly size?: number;
}

interface Call extends Asked {
  readonly stream: Stream;
  readonly path: string;
}

const PATHS: Readonly<Record<Stream, string>> = {
  access_tokens: '/api/tokens',
  roles: '/api/roles',
  members: '/api/people',
};
const ENVELOPE: Envelope = { before: '{"data":{"items":[', after: '}}', total: 'total' };

export class TeamServer extends SimulatedServer {
  secret = 'not-a-real-token';

  private constructor(
    readonly team: Team,
    private readonly style: Style,
    private readonly size: number,
  ) {
    super();
  }

  static async start(
    team: Team,
    { style = 'offset', size = 2 }: TeamServerOptions = {},
  ): Promise<TeamServer> {
    const server = new TeamServer(team, style, size);
    await server.listen(0);
    return server;
  }

  /** What a site would write into rolewatch.yaml to read this server. */
  get lists(): MamboLists {
    return {
      accessTokens: { ...this.#common('access_tokens'), fields: TOKEN_FIELDS, permissions: PERMISSIONS },
      roles: {
        ...this.#common('roles'),
        fields: { id: ['uuid'], name: ['label'] },
        permissions: PERMISSIONS,
      },
      members: {
        ...this.#common('members'),
        fields: { id: ['uuid'], name: ['label'], email: ['mail'], roles: ['roles'] },
        roleIdAt: ['uuid'],
        permissions: null,
      },
    };
  }

  #common(stream: Stream): Omit<ListMapping, 'fields' | 'permissions'> {
    return {
      path: PATHS[stream],
      query: {},
      itemsAt: ['data', 'items'],
      totalAt: this.style === 'cursor' ? null : ['data', 'total'],
      paging: this.#paging(),
      moments: 'epoch-milliseconds',
      roleIdAt: null,
    };
  }

  #paging(): PagingStyle {
    const { style, size } = this;
    switch (style) {
      case 'none':
      case 'link':
        return { style };
      case 'offset':
        return { style, offset: 'skip', limit: 'take', size };
      case 'page':
        return { style, page: 'page', limit: 'take', size, first: 1 };
      case 'cursor':
        return { style, cursor: 'after', nextAt: ['data', 'next'], limit: 'take', size };
    }
  }

  protected reply(request: IncomingMessage, url: URL): Reply {
    if (request.headers.authorization !== `Bearer ${this.secret}`) return Reply.error(401, 'Who is asking?');
    const stream = STREAMS.find((one) => PATHS[one] === url.pathname);
    if (stream === undefined) return Reply.error(404, 'There is no such list.');
    const limit = this.#limit(url);
    const call: Call = { stream, space: '', offset: this.#offset(url, limit), limit, path: url.pathname };
    return this.answered(call, {
      list: () => listingOf(ITEMS[stream](this.team)),
      page: (listing) => this.#page(listing, call),
    });
  }

  #page(listing: Listing, { path, offset, limit }: Call): Reply {
    const reply = new Reply(ENVELOPE);
    const end = offset + limit;
    const more = end < listing.size;
    reply.rows = rowsFrom(listing, offset, limit);
    reply.counts = this.style === 'cursor' ? { next: more ? `c${end}` : null } : { total: listing.size };
    if (this.style === 'link' && more)
      reply.headers['link'] = `<${path}?from=${end}>; rel="next", </api>; rel="up"`;
    return reply;
  }

  /** No more than it gives at once, however many are asked for. */
  #limit({ searchParams }: URL): number {
    if (this.style === 'none') return Infinity;
    return Math.min(this.size, Number(searchParams.get('take') ?? this.size));
  }

  #offset({ searchParams }: URL, limit: number): number {
    switch (this.style) {
      case 'none':
        return 0;
      case 'offset':
        return Number(searchParams.get('skip') ?? 0);
      case 'page':
        return (Number(searchParams.get('page') ?? 1) - 1) * limit;
      case 'cursor':
        // what is none of its own leads to the beginning
        return Number(/^c(\d+)$/.exec(searchParams.get('after') ?? '')?.[1] ?? 0);
      case 'link':
        return Number(searchParams.get('from') ?? 0);
    }
  }
}

const epoch = (moment: string | null): number | null => (moment === null ? null : Date.parse(moment));
const word = (level: string): string => level.toUpperCase().replaceAll('-', '_');

function rights({ levels, commands }: HeldAreas): object {
  return {
    access: Object.fromEntries(LADDER_AREAS.map((area) => [area, word(levels[area] ?? 'nothing')])),
    commands: commands.map(word),
  };
}

const ITEMS: Readonly<Record<Stream, (team: Team) => readonly Row[]>> = {
  access_tokens: (team) =>
    team.tokens.map((token) => ({
      uuid: token.id,
      label: token.name,
      owner: { mail: token.owner },
      maker: token.createdBy,
      made: epoch(token.createdAt),
      ends: epoch(token.expiresAt),
      rotated: epoch(token.lastRotatedAt),
      hint: 'mmb_…',
      ...rights(token.held),
    })),
  roles: (team) => team.roles.map(({ id, name, held }) => ({ uuid: id, label: name, ...rights(held) })),
  members: (team) =>
    team.members.map(({ id, name, email, roles }) => ({
      uuid: id,
      label: name,
      mail: email,
      roles: roles.map((uuid) => ({ uuid })),
    })),
};

const TOKEN_FIELDS: ListMapping['fields'] = {
  id: ['uuid'],
  name: ['label'],
  owner: ['owner', 'mail'],
  createdBy: ['maker'],
  createdAt: ['made'],
  expiresAt: ['ends'],
  lastRotatedAt: ['rotated'],
};

const PERMISSIONS: ListMapping['permissions'] = {
  areas: Object.fromEntries(LADDER_AREAS.map((area) => [area, ['access', area]])),
  levels: Object.fromEntries(
    LADDER_AREAS.map((area) => [
      area,
      { NOTHING: 'none', ...Object.fromEntries(MAMBO_LADDERS[area].map((level) => [word(level), level])) },
    ]),
  ),
  commands: {
    at: ['commands'],
    words: Object.fromEntries(MAMBO_COMMANDS.map((command) => [word(command), command])),
  },
  listed: null,
};
