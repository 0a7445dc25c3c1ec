import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { RolewatchError } from '../errors.js';
import { askedWords } from './asked-words.js';

/** Checks what is asked against the shapes of a route, in the form that every error has. */
export class AskedPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({
      exceptionFactory: (issues) => new RolewatchError('usage', askedWords(issues)),
    });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const asked = await super.transform(value, metadata);
    // PostgreSQL has no such character, and says so only when it is asked
    if (metadata.type !== 'custom' && textsIn(asked).some((text) => text.includes('\0')))
      throw new RolewatchError('usage', 'no text may have the character U+0000');
    return asked;
  }

  /** What has such keys is refused like any other unknown key, not mended. */
  protected override stripProtoKeys(): void {
    return;
  }
}

/** What passed a shape is a text, or has its texts one below; whatever it is made of else has none. */
function textsIn(asked: unknown): string[] {
  const values = typeof asked === 'object' && asked !== null ? Object.values(asked) : [asked];
  return values.filter((value) => typeof value === 'string');
}
