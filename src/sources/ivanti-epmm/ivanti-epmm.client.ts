import { RolewatchError } from '../../platform/errors.js';
import { GetClient, type GetAnswer, type GetDeps } from '../http/get.client.js';
import type { HttpLimits } from '../http/limits.js';
import { parseJson } from '../json.js';
import {
  type Page,
  type ReadOptions,
  type ServerInfo,
  type Source,
  SourceError,
  type Step,
} from '../source.js';
import { judgedInTurns } from './judged.client.js';
import { LISTS, PLAIN_STREAMS, SCOPED_STREAMS, type Stream, streamOf } from './lists.js';
import { type LookupAnswer, readLookup } from './lookup.js';
import { badCount, type EpmmPage, readPage, readPing, whereOf } from './page.js';
import { Paging } from './paging.js';
import { withRightsOf } from './rights.js';
import type { LdapType } from './schemas.js';

export interface IvantiEpmmSettings {
  readonly name: string;
  /** Scheme, host and port. */
  readonly url: string;
  /** '' on premises, '/rest' for Connected Cloud. */
  readonly basePath: string;
  readonly username: string;
  readonly password: () => Promise<string> | string;
  readonly caPem?: string;
  /** Device spaces by id, or null: discover them. */
  readonly scopes: readonly string[] | null;
  /** Rows asked for at once; the vendor's highest where absent. */
  readonly pageSize?: number;
  readonly limits?: Partial<HttpLimits>;
}

const DEFAULT_PAGE_SIZE = 10_000;

/** An EPMM server, read over its V2 admin API. @throws RolewatchError config-invalid */
export function createIvantiEpmm(
  settings: IvantiEpmmSettings,
  deps: Partial<GetDeps> = {},
): IvantiEpmmSource {
  return new IvantiEpmmSource(settings, new GetClient(settings, deps));
}

export class IvantiEpmmSource implements Source {
  readonly kind = 'ivanti-epmm';
  readonly scopeStream = 'device_spaces';
  readonly statedBy = 'rolewatch';
  readonly exportedAt = null;
  readonly withRightsOf = withRightsOf;
  readonly name: string;
  readonly configuredScopes: readonly string[] | null;
  readonly ownAccount: string;
  readonly #root: string;
  readonly #pageSize: number;
  readonly #http: GetClient;

  constructor(settings: IvantiEpmmSettings, http: GetClient) {
    this.name = settings.name;
    this.configuredScopes = settings.scopes;
    this.ownAccount = settings.username;
    this.#root = `${checkedBasePath(settings.basePath)}/api/v2`;
    this.#pageSize = checkedPageSize(settings.pageSize ?? DEFAULT_PAGE_SIZE);
    this.#http = http;
  }

  async ping(signal: AbortSignal): Promise<ServerInfo> {
    const { bytes } = await this.#http.get({ path: `${this.#root}/ping`, where: 'ping', signal });
    return readPing(bytes);
  }

  plainSteps(): readonly Step[] {
    return PLAIN_STREAMS.map((stream) => ({ stream, scope: '' }));
  }

  scopedSteps(scope: string): readonly Step[] {
    return SCOPED_STREAMS.map((stream) => ({ stream, scope }));
  }

  async *read(step: Step, options: ReadOptions): AsyncGenerator<Page> {
    const stream = streamOf(step.stream);
    const paging = new Paging(stream, this.#pageSize);
    for (let no = 0, done = false; !done; no++) {
      const page = await this.#page(stream, step.scope, no, paging, options.signal);
      const accepted = paging.accept(page);
      done = accepted.done;
      yield page.noting(accepted.faults);
      if (done && paging.canProveEnd && (options.proveEnd === true || paging.endedOnFullPage)) {
        yield* this.#beyondEnd(stream, step.scope, no + 1, paging, options.signal);
      }
    }
  }

  /**
   * Directory entries with a word in their name, by the server's own search. A look-up, not a listing: it can show
   * that an entry is there, never that it is gone.
   * @param word 1 to 20 characters @throws RolewatchError usage @throws SourceError
   */
  async lookup(word: string, type: LdapType, scope: string, signal: AbortSignal): Promise<LookupAnswer> {
    if (word.trim() === '' || word.length > 20) {
      throw new RolewatchError(
        'usage',
        `the server looks up words of 1 to 20 characters, not of ${word.length}`,
      );
    }
    const query = { adminDeviceSpaceId: scope, type, query: word, limit: DEFAULT_PAGE_SIZE, offset: 0 };
    const where = `ldap_entities, space ${scope}`;
    const { bytes } = await this.#http.get({
      path: `${this.#root}/admins/ldap_entities`,
      query,
      where,
      signal,
    });
    return readLookup(parseJson(bytes, where), where);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #page(
    stream: Stream,
    scope: string,
    no: number,
    paging: Paging,
    signal: AbortSignal,
  ): Promise<EpmmPage> {
    const context = { stream, scope, no };
    for (;;) {
      try {
        return await judgedInTurns(readPage(await this.#get(context, paging, signal), context));
      } catch (error) {
        const tooLarge = error instanceof SourceError && error.code === 'too-large';
        if (!tooLarge || !paging.askForLess()) throw error;
      }
    }
  }

  /** Rows behind the stated end, if there are any: a page of their own, with the fault. */
  async *#beyondEnd(
    stream: Stream,
    scope: string,
    no: number,
    paging: Paging,
    signal: AbortSignal,
  ): AsyncGenerator<Page> {
    const context = { stream, scope, no };
    try {
      const page = readPage(await this.#get(context, paging, signal, 1), context);
      if (page.rows === 0 || paging.knows(page)) return;
      const words = `${page.rows} rows behind the stated end, at offset ${paging.offset}: the count is too low`;
      yield page.noting([{ ...badCount(page.where, words), code: 'beyond-end' }]);
    } catch (error) {
      // A server may well refuse an offset behind the end: that proves nothing, unlike these two
      const matters =
        !(error instanceof SourceError) || error.code === 'unauthorised' || error.code === 'cancelled';
      if (matters) throw error;
    }
  }

  #get(
    context: { stream: Stream; scope: string; no: number },
    paging: Paging,
    signal: AbortSignal,
    tries?: number,
  ): Promise<GetAnswer> {
    const { call, scoped, query } = LISTS[context.stream];
    const space: Record<string, string> = scoped ? { adminDeviceSpaceId: context.scope } : {};
    const path = `${this.#root}/${call}`;
    return this.#http.get({
      path,
      query: { ...space, ...query, ...paging.query },
      where: whereOf(context),
      signal,
      tries,
    });
  }
}

function checkedBasePath(basePath: string): string {
  const path = basePath.replace(/\/+$/, '');
  if (path === '' || /^(\/[\w.~-]+)+$/.test(path)) return path;
  throw new RolewatchError(
    'config-invalid',
    `basePath: ${JSON.stringify(basePath)} is not a path; right would be /rest`,
  );
}

function checkedPageSize(pageSize: number): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= DEFAULT_PAGE_SIZE) return pageSize;
  throw new RolewatchError(
    'config-invalid',
    `pageSize: ${pageSize} is not a whole number from 1 to ${DEFAULT_PAGE_SIZE}`,
  );
}
