import type { Json } from '../sources/source.js';

/** Dates and absent fields as JSON has them. */
export function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
