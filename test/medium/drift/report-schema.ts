import { driftShape } from '../../../src/drift/drift-shape.js';

/** docs/json/drift.md, strictly: neither a field more nor one of another shape. */
export const reportSchema = {
  parse(report: unknown): void {
    // what the shape does not name, it leaves out
    expect(driftShape.parse(report)).toEqual(report);
  },
};
