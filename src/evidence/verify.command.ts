import { defineCommand } from '../platform/command/command.js';
import { type VerifiedBundle, verifyBundle } from './verify-bundle.job.js';

export const verifyCommand = defineCommand({
  name: 'verify',
  summary: 'check an evidence bundle, without a network or a database',
  description:
    'Checks every byte of the archive, its signature, every file, the chain of snapshots, the root of the last one from its records, and the log of actions. Names the first thing that is wrong and exits with 1.',
  arguments: { file: { description: 'the archive', required: true } },
  options: {
    key: {
      kind: 'text',
      value: 'FINGERPRINT',
      description: 'the key it must be signed with (rolewatch evidence key)',
    },
  },
  examples: ['rolewatch verify hq-2026-q1.zip'],
  async run(context, { file }, { key }) {
    const verified = await verifyBundle(file, key);
    const { source, from, to, root, files } = verified.manifest;
    await context.print(
      {
        source,
        from,
        to,
        root,
        files: files.length,
        manifest: verified.manifestDigest,
        signedBy: verified.signedBy,
        keyExpected: key !== undefined,
      },
      () => verifiedText(verified, key !== undefined),
    );
    return 0;
  },
});

function verifiedText({ manifest, manifestDigest, signedBy }: VerifiedBundle, keyKnown: boolean): string {
  const { source, from, to, root, files } = manifest;
  return [
    `Everything holds: ${source}, snapshots ${String(from.seq)} to ${String(to.seq)}, ${String(files.length)} files.`,
    `root of the last snapshot  ${root}, recomputed from its records`,
    `manifest                   ${manifestDigest}`,
    `signed by                  ${signedBy}`,
    ...(keyKnown
      ? []
      : ['Compare this fingerprint with the one you were given by another way, or give it with --key.']),
  ].join('\n');
}
