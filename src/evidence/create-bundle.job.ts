import type { KeyObject } from 'node:crypto';
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import type { Database } from '../platform/database.js';
import { appendAction } from '../accounts/action-log.store.js';
import type { Sql } from '../platform/tx.js';
import { notVisible } from '../snapshots/access-text.js';
import { horizonsOf } from '../snapshots/horizon.view.js';
import { productOf } from '../sources/source-config.js';
import { digestsOver, manifestOfSnapshot, rulesetsOver, slotsOver } from './bundle-facts.view.js';
import { bundleManifest, FILE, type ListedFile, sumsText } from './bundle-manifest.js';
import { CSV_BEGIN, csvLine, csvRow, type Row } from './csv.js';
import type { EvidenceDocument, Period } from './document.js';
import { DOCUMENTS } from './documents.view.js';
import { reportIn } from './report/report.js';
import { reportFacts } from './report/report-facts.view.js';
import { howToVerify } from './how-to-verify.js';
import { fingerprintOf, publicPem, signatureOf } from './signing.js';
import { type ArchiveWriter, writeArchive } from './write-archive.job.js';

export interface BundleOrder {
  readonly period: Period;
  readonly place: string;
  readonly key: KeyObject;
  readonly version: string;
  readonly actor: string;
  /** Told before each table. */
  readonly progress: (table: string) => void;
}

export interface Bundle {
  readonly files: readonly ListedFile[];
  /** SHA-256 of manifest.json, hex. */
  readonly manifest: string;
  /** Fingerprint of the key. */
  readonly signedBy: string;
}

/**
 * Makes an evidence bundle. All of it is read in one transaction, so that it shows one moment of the store; nothing of
 * it is held in memory as a whole. The log says that it was made.
 * @throws RolewatchError refused, where the place is taken
 */
export async function createBundle(db: Database, order: BundleOrder): Promise<Bundle> {
  const bundle = await writeArchive(order.place, (archive) =>
    db.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read, read only');
      return writeBundle(tx, archive, order, reportIn('html', await reportFacts(db, order.period)));
    }),
  );
  const { period, actor } = order;
  await db.transaction((tx) =>
    appendAction(tx, {
      actor,
      action: 'evidence-created',
      source: period.source,
      detail: {
        from: period.from.seq,
        to: period.to.seq,
        manifest: bundle.manifest,
        signedBy: bundle.signedBy,
      },
    }),
  );
  return bundle;
}

async function writeBundle(
  sql: Sql,
  archive: ArchiveWriter,
  order: BundleOrder,
  report: string,
): Promise<Bundle> {
  const { period, key } = order;
  const signedBy = fingerprintOf(key);
  const files: ListedFile[] = [];
  for (const document of DOCUMENTS) {
    order.progress(document.name);
    files.push(...(await addTable(sql, archive, document, period)));
  }
  for (const { digest, document } of await rulesetsOver(sql, period))
    files.push(await addText(archive, `ruleset-${digest}.json`, canonicalBytes(document).toString('utf8')));
  files.push(await addText(archive, FILE.report, report));
  files.push(await addText(archive, FILE.key, publicPem(key)));
  files.push(await addText(archive, FILE.howTo, howToVerify(period, signedBy)));
  const sums = await addText(archive, FILE.sums, sumsText(files));
  const manifest = bundleManifest({
    ...(await factsOf(sql, period)),
    period,
    version: order.version,
    notVisible: notVisible(productOf(period.kind)),
    files,
    sums: sums.sha256,
    signedBy,
  });
  await archive.add(FILE.manifest, [manifest]);
  await archive.add(FILE.signature, [signatureOf(manifest, key)]);
  return { files, manifest: sha256(manifest).toString('hex'), signedBy };
}

async function factsOf(sql: Sql, period: Period) {
  return {
    last: await manifestOfSnapshot(sql, period.source, period.to.seq),
    configDigests: await digestsOver(sql, period, 'configDigest'),
    tiersDigests: await digestsOver(sql, period, 'tiersDigest'),
    rulesetDigests: await digestsOver(sql, period, 'rulesetDigest'),
    coverage: await slotsOver(sql, period),
    horizons: await horizonsOf(sql, period.source),
  };
}

/** Once for programs, once for spreadsheets; asked for twice rather than kept. */
async function addTable(
  sql: Sql,
  archive: ArchiveWriter,
  document: EvidenceDocument,
  period: Period,
): Promise<ListedFile[]> {
  const { name, about, columns } = document;
  const counted = { rows: 0 };
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const row of document.rows(sql, period)) {
      counted.rows += 1;
      yield jsonLine(row);
    }
  }
  async function* table(): AsyncGenerator<Buffer> {
    yield Buffer.from(CSV_BEGIN + csvLine(columns));
    for await (const row of document.rows(sql, period)) yield Buffer.from(csvRow(columns, row));
  }
  const json = await archive.add(`${name}.jsonl`, lines());
  const csv = await archive.add(`${name}.csv`, table());
  return [
    { ...json, rows: counted.rows, about },
    { ...csv, rows: counted.rows },
  ];
}

function jsonLine(row: Row): Buffer {
  return Buffer.concat([canonicalBytes(row), Buffer.from('\n')]);
}

async function addText(archive: ArchiveWriter, name: string, text: string): Promise<ListedFile> {
  return archive.add(name, [Buffer.from(text)]);
}
