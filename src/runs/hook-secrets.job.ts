import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../platform/canonical.js';
import { readSecret } from '../platform/config/read-references.js';
import type { SourceConfig } from '../sources/source-config.js';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Who may hint that a source should be read: whoever knows the secret that its configuration names. */
export class HookSecrets {
  constructor(private readonly sources: readonly Pick<SourceConfig, 'name' | 'at' | 'hook'>[]) {}

  /**
   * Whether these headers hold the secret of the source's hook. A source that has none, or is not there, takes as long:
   * another hook is looked at in its place. The secret is read anew, so that a change needs no restart.
   */
  async admits(source: string, headers: Headers): Promise<boolean> {
    const asked = this.sources.find(({ name, hook }) => name === source && hook);
    const looked = asked ?? this.sources.find(({ hook }) => hook);
    if (!looked?.hook) return false;
    const { header, secret: reference } = looked.hook;
    const secret = await readSecret({ at: `${looked.at}.hook.secret`, reference });
    const given = headers[header.toLowerCase()];
    // of one length, whatever was given: comparing says nothing about the secret
    const same = timingSafeEqual(hashOf(typeof given === 'string' ? given : ''), hashOf(secret.reveal()));
    return asked !== undefined && same;
  }
}

const hashOf = (text: string): Buffer => sha256(Buffer.from(text));
