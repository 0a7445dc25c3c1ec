import { resolve } from 'node:path';
import { type CommandContext, type CommandSpec, defineCommand } from '../platform/command/command.js';
import { programVersion } from '../platform/command/version.js';
import type { TiersOf } from '../snapshots/access.command.js';
import { type AccountsOfSources, configuredAccount } from '../snapshots/own-account.js';
import { type Bundle, createBundle } from './create-bundle.job.js';
import { periodOf } from './period.view.js';
import { signingKeyOf } from './signing-key.job.js';

/** @param tiersOf the risk tiers of a kind of source, with what the site made of them */
export const evidenceCreateCommand = <C extends AccountsOfSources>(tiersOf: TiersOf<C>): CommandSpec<C> =>
  defineCommand({
    name: 'evidence create',
    summary: 'make a signed archive that proves what was read, found and decided',
    description:
      'Writes one ZIP archive: who could do what in the last snapshot, every change of the period with its cause and window, findings, alerts, decisions, how each list was read, and every record the root is made of; as JSON Lines and as CSV. It is signed, and verifies with openssl and sha256sum alone: VERIFY.txt in it says how. The same state gives the same bytes.',
    arguments: { source: { description: 'the source', required: true } },
    options: {
      from: {
        kind: 'text',
        value: 'X',
        description: 'seq, or a time with its zone: the state to look on from (default: the first)',
      },
      to: {
        kind: 'text',
        value: 'Y',
        description: 'seq, time or latest: the state to show (default: latest)',
      },
      out: { kind: 'text', value: 'FILE', description: 'the archive to make', required: true },
    },
    examples: [
      'rolewatch evidence create hq --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z --out hq-2026-q1.zip',
    ],
    async run(context: CommandContext<C>, { source }, { from, to, out }) {
      const opened = await context.openDatabase();
      const key = await signingKeyOf(opened);
      const period = await periodOf(opened.db, source, { from, to });
      const place = resolve(out);
      const bundle = await createBundle(opened.db, {
        period: {
          ...period,
          tiers: await tiersOf(period.kind, context),
          ownAccount: await configuredAccount(context, source),
        },
        place,
        key,
        version: programVersion(),
        actor: context.actor,
        progress: (table) => context.progress(`${source}: ${table}`),
      });
      await context.print({ source, file: place, from: period.from.seq, to: period.to.seq, ...bundle }, () =>
        createdText(place, bundle),
      );
      return 0;
    },
  });

function createdText(place: string, { files, manifest, signedBy }: Bundle): string {
  return [
    place,
    ...files.flatMap(({ name, rows }) =>
      rows === undefined || name.endsWith('.csv') ? [] : [`  ${name.padEnd(22)} ${String(rows)} rows`],
    ),
    `manifest  ${manifest}`,
    `signed by ${signedBy}`,
    `check it with: rolewatch verify ${place}`,
  ].join('\n');
}
