import type { z } from 'zod';
import { text } from '../../platform/config/fields.js';
import type { AnySourceConfig } from '../config-fields.js';

/** What somebody exported of a mambo EMM team. */
export interface MamboEmmFilesSourceConfig extends AnySourceConfig {
  readonly kind: 'mambo-emm-files';
  /** The team that the export must be of: the key of its one scope. */
  readonly team: string;
  /** Absolute. */
  readonly file: string;
}

/** The team a source is about, as its exports and people call it. */
export const TEAM: z.ZodType<string> = text(
  /^\S(.{0,198}\S)?$/u,
  'must be what the team is called in its exports, at most 200 characters, such as acme-field',
);
