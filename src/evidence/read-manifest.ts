import { z } from 'zod';
import { FILE, FORMAT } from './bundle-manifest.js';
import { broken } from './check-tables.js';

const HEX = z.string().regex(/^[0-9a-f]{64}$/);
const SIDE = z.looseObject({ seq: z.int(), recordedAt: z.string(), digest: HEX });

/** What verifying needs of a manifest; everything else in it is signed as well. */
const MANIFEST = z.looseObject({
  format: z.literal(FORMAT),
  source: z.string(),
  from: SIDE,
  to: SIDE,
  root: HEX,
  counts: z.looseObject({ records: z.int() }),
  files: z.array(z.looseObject({ name: z.string(), bytes: z.int(), sha256: HEX, rows: z.int().optional() })),
  sha256sums: HEX,
  signedBy: HEX,
});
export type BundleManifest = z.infer<typeof MANIFEST>;

/** @throws RolewatchError evidence-broken */
export function manifestIn(bytes: Buffer): BundleManifest {
  let content: unknown;
  try {
    content = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw broken(`${FILE.manifest} is no JSON: ${String(cause)}`);
  }
  const parsed = MANIFEST.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw broken(`${FILE.manifest}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}
