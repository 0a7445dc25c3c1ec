import { createReadStream, type ReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { programVersion } from '../platform/command/version.js';
import { OpenDatabase } from '../platform/open-database.js';
import { Site } from '../snapshots/site.js';
import { createBundle } from './create-bundle.job.js';
import type { Period } from './document.js';
import { type Moments, periodOf } from './period.view.js';
import { reportFacts } from './report/report-facts.view.js';
import { reportIn } from './report/report.js';
import { publicKeyOf, type PublicKey } from './signing.js';
import { signingKeyOf } from './signing-key.job.js';

/** An archive on its way out: whoever reads `stream` to its end, or destroys it, leaves nothing behind. */
export interface ServedBundle {
  readonly stream: ReadStream;
  readonly name: string;
}

/** Reports and bundles for the API: the same as the commands make. */
@Injectable()
export class ServeEvidence {
  constructor(
    private readonly opened: OpenDatabase,
    private readonly site: Site,
  ) {}

  /** @throws RolewatchError unknown-source, unknown-snapshot, usage */
  async report(source: string, moments: Moments, format: string): Promise<string> {
    const period = await this.period(source, moments);
    return reportIn(format, await reportFacts(this.opened.db, period));
  }

  /** Makes the archive in a folder of its own, since it must be whole before its first byte leaves. @throws RolewatchError key-changed */
  async bundle(source: string, moments: Moments, actor: string): Promise<ServedBundle> {
    const key = await signingKeyOf(this.opened);
    const period = await this.period(source, moments);
    const folder = await mkdtemp(join(tmpdir(), 'rolewatch-evidence-'));
    const leave = (): Promise<void> => rm(folder, { recursive: true, force: true });
    const name = `${source}-${period.from.seq}-${period.to.seq}.zip`;
    try {
      const place = join(folder, name);
      const version = programVersion();
      await createBundle(this.opened.db, { period, place, key, version, actor, progress: () => undefined });
      const stream = createReadStream(place);
      stream.once('close', () => void leave());
      return { stream, name };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  /** What a recipient of evidence compares with what is in the bundle. @throws RolewatchError key-changed */
  async publicKey(): Promise<PublicKey> {
    return publicKeyOf(await signingKeyOf(this.opened));
  }

  private async period(source: string, moments: Moments): Promise<Period> {
    const period = await periodOf(this.opened.db, source, moments);
    return {
      ...period,
      tiers: await this.site.tiersOf(period.kind),
      ownAccount: this.site.ownAccountOf(source),
    };
  }
}
