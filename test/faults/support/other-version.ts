/** Another version of this program, made from the build of this one: a folder of its own, as it would be installed. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OURS = join(__dirname, '../../..');
/** What an installation consists of, beside its packages. */
const PARTS = ['bin', 'dist/src', 'policies', 'prisma', 'package.json'];

export class OtherVersion {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rolewatch-version-'));

  constructor(version: string) {
    for (const part of PARTS) cpSync(join(OURS, part), join(this.folder, part), { recursive: true });
    symlinkSync(join(OURS, 'node_modules'), join(this.folder, 'node_modules'));
    this.change('package.json', /"version": "[^"]*"/, `"version": "${version}"`);
  }

  get bin(): string {
    return join(this.folder, 'bin/rolewatch.js');
  }

  /** It knows one migration more. */
  knows(name: string, sql: string): this {
    mkdirSync(join(this.folder, 'prisma/migrations', name));
    writeFileSync(join(this.folder, 'prisma/migrations', name, 'migration.sql'), sql);
    return this;
  }

  /** Its text differs. @throws Error where there is nothing of this kind to change */
  change(file: string, what: RegExp | string, into: string): this {
    const before = readFileSync(join(this.folder, file), 'utf8');
    const after = before.replace(what, into);
    if (after === before) throw new Error(`${file} has nothing like ${String(what)}`);
    writeFileSync(join(this.folder, file), after);
    return this;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
