import { FILE } from './bundle-manifest.js';
import type { Period } from './document.js';

/** The text of VERIFY.txt: everything can be checked without Rolewatch, and why that proves something. */
export function howToVerify({ source, from, to }: Period, fingerprint: string): string {
  return `Evidence of ${source}, snapshots ${String(from.seq)} to ${String(to.seq)}

You need openssl 3 and sha256sum, in the folder into which this archive was unpacked. Each command is one line.

1. The manifest is what was signed. Prints "Signature Verified Successfully":

openssl pkeyutl -verify -pubin -inkey ${FILE.key} -rawin -in ${FILE.manifest} -sigfile ${FILE.signature}

2. The key is the one you expect. Prints a fingerprint; ask whoever runs Rolewatch for theirs by another way
   ("rolewatch evidence key" prints it), since a forger would enclose a key of his own. It was made with
   ${fingerprint}:

openssl pkey -pubin -in ${FILE.key} -outform DER | sha256sum

3. Every file is the one that was listed. Prints "OK" for each:

sha256sum -c ${FILE.sums}

4. The list is the one in the manifest. Prints 1:

grep -c "$(sha256sum < ${FILE.sums} | cut -d ' ' -f 1)" ${FILE.manifest}

"rolewatch verify FILE" does all of this with the archive as it is, without a network or a database. It also recomputes the
root of the last snapshot from records.jsonl, follows the chain of snapshots, and counts every table.

What is in it: see "files" in ${FILE.manifest}; each table is there twice, as JSON Lines and as CSV for a spreadsheet.
What could not be seen is said there, too, under "notVisible", and how each list was obtained in observations.csv.
`;
}
