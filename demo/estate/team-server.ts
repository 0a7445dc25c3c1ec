/**
 * A server that gives a team's lists over HTTP, in one of many shapes that such a server could have: mambo EMM's own is
 * not public, and this is not it. It pages in every style that can be configured, and misbehaves on demand.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HeldAreas, LADDER_AREAS, MAMBO_COMMANDS, MAMBO_LADDERS } from '../../src/access/mambo-emm.js';
import type { ListMapping, MamboLists, PagingStyle } from '../../src/sources/mambo-emm/http-config.js';
import type { Team } from './team.js';

export type Style = PagingStyle['style'];

export interface TeamReply {
  status: number;
  body: unknown;
  readonly headers: Record<string, string>;
}

export interface TeamServerOptions {
  readonly style?: Style;
  /** Items of a page. */
  readonly size?: number;
}

const PATHS = { accessTokens: '/api/tokens', roles: '/api/roles', members: '/api/people' } as const;
type List = keyof typeof PATHS;

export class TeamServer {
  readonly secret = 'not-a-real-token';
  readonly requests: { readonly method: string; readonly url: string; readonly authorised: boolean }[] = [];
  /** Changes an answer before it is sent; the list and the number of the request for it, from 0. */
  fault: ((reply: TeamReply, list: List, no: number) => void) | null = null;
  readonly #server: Server;
  readonly #asked = new Map<List, number>();

  private constructor(
    readonly team: Team,
    private readonly style: Style,
    private readonly size: number,
  ) {
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  static async start(
    team: Team,
    { style = 'offset', size = 2 }: TeamServerOptions = {},
  ): Promise<TeamServer> {
    const server = new TeamServer(team, style, size);
    await new Promise<void>((listening) => server.#server.listen(0, '127.0.0.1', listening));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a site would write into rolewatch.yaml to read this server. */
  get lists(): MamboLists {
    return {
      accessTokens: { ...this.#common('accessTokens'), fields: TOKEN_FIELDS, permissions: PERMISSIONS },
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

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #common(list: List): Omit<ListMapping, 'fields' | 'permissions'> {
    return {
      path: PATHS[list],
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
        return { style, cursor: 'after', nextAt: ['data', 'next'] };
    }
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const authorised = request.headers.authorization === `Bearer ${this.secret}`;
    this.requests.push({ method: request.method ?? '', url: request.url ?? '', authorised });
    const reply = authorised ? this.#reply(url) : { status: 401, body: { error: 'no' }, headers: {} };
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
  }

  #reply(url: URL): TeamReply {
    const list = (Object.keys(PATHS) as List[]).find((one) => PATHS[one] === url.pathname);
    if (list === undefined) return { status: 404, body: { error: 'no such list' }, headers: {} };
    const items = ITEMS[list](this.team);
    const from = this.#from(url);
    const size = this.style === 'none' ? items.length : this.size;
    const to = from + size;
    const more = to < items.length;
    const data = {
      items: items.slice(from, to),
      ...(this.style === 'cursor' ? { next: more ? `c${to}` : null } : { total: items.length }),
    };
    const link = `<${url.pathname}?from=${to}>; rel="next", </api>; rel="up"`;
    const reply: TeamReply = {
      status: 200,
      body: { data },
      headers: this.style === 'link' && more ? { link } : {},
    };
    const no = this.#asked.get(list) ?? 0;
    this.#asked.set(list, no + 1);
    this.fault?.(reply, list, no);
    return reply;
  }

  #from({ searchParams }: URL): number {
    switch (this.style) {
      case 'none':
        return 0;
      case 'offset':
        return Number(searchParams.get('skip') ?? 0);
      case 'page':
        return (Number(searchParams.get('page') ?? 1) - 1) * this.size;
      case 'cursor':
        return Number((searchParams.get('after') ?? 'c0').slice(1));
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

const ITEMS: Readonly<Record<List, (team: Team) => readonly object[]>> = {
  accessTokens: (team) =>
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
