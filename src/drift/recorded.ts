import type { Json } from '../sources/source.js';
import type { AttributeRef, ToldChange } from './told.js';

/** A kept change with the values of its attribute; a value that was erased is absent. */
export interface RecordedChange extends Omit<ToldChange, 'attribute'> {
  readonly seq: number;
  readonly attribute?: AttributeValues;
}

export interface AttributeValues {
  readonly name: string;
  /** The stream that states it. */
  readonly stream: AttributeRef['after']['stream'];
  readonly before?: Json;
  readonly after?: Json;
}
