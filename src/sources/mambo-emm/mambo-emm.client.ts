import { GetClient, type GetAnswer, type GetDeps, type Signature } from '../http/get.client.js';
import type { HttpLimits } from '../http/limits.js';
import {
  type Page,
  type ReadOptions,
  type ReadRecord,
  type ServerInfo,
  type Source,
  SourceError,
  type Step,
} from '../source.js';
import type { ListMapping, MamboLists } from './http-config.js';
import { type MappedPage, readPage, whereOf, withFaults } from './http-page.js';
import { type Ask, HttpPaging, inOtherPages } from './http-paging.js';
import { LIST_NAMES, stepsOf, type Stream, streamOf } from './lists.js';
import { withRightsOf } from './normalise.js';

export interface MamboEmmSettings {
  readonly name: string;
  readonly team: string;
  /** Scheme, host and port. */
  readonly url: string;
  /** The headers that say who asks. */
  readonly sign: () => Promise<Signature> | Signature;
  readonly caPem?: string;
  readonly ownToken: string | null;
  readonly lists: MamboLists;
  readonly limits?: Partial<HttpLimits>;
}

const TO_GET_LESS = 'lower size under its paging, or raise limits.pageMiB';

/** A mambo EMM team, read over HTTP as its configuration says. @throws RolewatchError config-invalid */
export function createMamboEmm(settings: MamboEmmSettings, deps: Partial<GetDeps> = {}): MamboEmmSource {
  return new MamboEmmSource(settings, new GetClient({ ...settings, toGetLess: TO_GET_LESS }, deps));
}

export class MamboEmmSource implements Source {
  readonly kind = 'mambo-emm';
  readonly scopeStream = null;
  readonly statedBy = 'rolewatch';
  readonly exportedAt = null;
  readonly name: string;
  readonly configuredScopes: readonly string[];
  readonly ownAccount: string | null;
  readonly #team: string;
  readonly #origin: string;
  readonly #lists: MamboLists;
  readonly #http: GetClient;

  constructor({ name, team, url, ownToken, lists }: MamboEmmSettings, http: GetClient) {
    this.name = name;
    this.configuredScopes = [team];
    this.ownAccount = ownToken;
    this.#team = team;
    this.#origin = new URL(url).origin;
    this.#lists = lists;
    this.#http = http;
  }

  /**
   * Whether somebody answers: the first page of the first list that gives one, since one that fails says nothing of the
   * others. What the server says of its version is not known.
   */
  async ping(signal: AbortSignal): Promise<ServerInfo> {
    let failure: unknown;
    for (const { stream } of this.scopedSteps(this.#team)) {
      const mapping = this.#mapping(streamOf(stream));
      const first = new HttpPaging(mapping, this.#origin).first();
      try {
        await this.#get(first, { mapping, where: LIST_NAMES[streamOf(stream)], signal, tries: 1 });
        return { serverVersion: null, apiVersion: null };
      } catch (error) {
        if (endsTheRead(error)) throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  plainSteps(): readonly Step[] {
    return [];
  }

  scopedSteps(scope: string): readonly Step[] {
    return stepsOf(scope, (stream) => this.#lists[LIST_NAMES[stream]] !== undefined);
  }

  async *read(step: Step, { signal, proveEnd, otherPages = false }: ReadOptions): AsyncGenerator<Page> {
    const stream = streamOf(step.stream);
    const usual = this.#mapping(stream);
    const mapping = otherPages && usual.totalAt === null ? inOtherPages(usual) : usual;
    const paging = new HttpPaging(mapping, this.#origin);
    let no = 0;
    for (let ask: Ask | null = paging.first(); ask !== null; no++) {
      const { page, link } = await this.#page(ask, { stream, mapping, no, signal });
      const { envelope, rows, total, fingerprint } = page;
      const turned = paging.accept({ envelope, rows, total, fingerprint, link });
      ask = turned.next;
      const where = whereOf({ stream, no });
      yield withFaults(
        page,
        turned.faults.map((words) => ({ code: 'bad-count', message: `${where}: ${words}` })),
      );
    }
    const beyond = proveEnd === true || paging.endedOnFullPage ? paging.beyondEnd() : null;
    if (beyond !== null) yield* this.#beyondEnd(beyond, paging, { stream, mapping, no, signal });
  }

  withRightsOf(stored: ReadRecord['body'], record: ReadRecord): ReadRecord {
    return withRightsOf(stored, record, this.#team);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #mapping(stream: Stream): ListMapping {
    const mapping = this.#lists[LIST_NAMES[stream]];
    if (mapping === undefined) throw new RangeError(`${stream} is not configured`);
    return mapping;
  }

  async #page(
    ask: Ask,
    asked: Asked,
  ): Promise<{ readonly page: MappedPage; readonly link: string | undefined }> {
    const { stream, mapping, no, signal, tries } = asked;
    const answer = await this.#get(ask, { mapping, where: whereOf({ stream, no }), signal, tries });
    const link = answer.headers['link'];
    return {
      page: readPage(answer, { stream, team: this.#team, no, mapping }),
      link: Array.isArray(link) ? link.join(', ') : link,
    };
  }

  /** Items behind the stated end, if there are any: a page of their own, with the fault. */
  async *#beyondEnd(ask: Ask, paging: HttpPaging, asked: Asked): AsyncGenerator<Page> {
    try {
      const { page } = await this.#page(ask, { ...asked, tries: 1 });
      if (page.rows === 0 || paging.knows(page.fingerprint)) return;
      const message = `${whereOf(asked)}: ${page.rows} items behind the stated end: the total is too low`;
      yield withFaults(page, [{ code: 'beyond-end', message }]);
    } catch (error) {
      // a server may well refuse what is behind its end: that proves nothing
      if (endsTheRead(error)) throw error;
    }
  }

  #get(ask: Ask, { mapping, where, signal, tries }: Where): Promise<GetAnswer> {
    const target = 'path' in ask ? { path: ask.path } : { path: mapping.path, query: ask.query };
    return this.#http.get({ ...target, where, signal, tries });
  }
}

/** Refused credentials, and whoever cancels, end everything. */
function endsTheRead(error: unknown): boolean {
  return !(error instanceof SourceError) || error.code === 'unauthorised' || error.code === 'cancelled';
}

interface Asked {
  readonly stream: Stream;
  readonly mapping: ListMapping;
  readonly no: number;
  readonly signal: AbortSignal;
  readonly tries?: number;
}

interface Where {
  readonly mapping: ListMapping;
  readonly where: string;
  readonly signal: AbortSignal;
  readonly tries?: number | undefined;
}
