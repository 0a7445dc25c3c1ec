import type { z } from 'zod';
import { optional, path } from '../platform/config/fields.js';

/** The part of `rules` in rolewatch.yaml that findings need. */
export interface WaiversConfig {
  /** Absolute path of the file of waivers, or null: nothing is waived. */
  readonly waivers: string | null;
}

/** The key `rules.waivers`. @param folder from which a relative path counts */
export function waiversKey(folder: string): z.ZodType<string | null> {
  return optional(path(folder, 'must be the path of the file of waivers, such as ./waivers.yaml'));
}
