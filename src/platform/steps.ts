/** Takes the steps of a long computation without a pause. */
export function lastOf<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const ROWS_A_STATEMENT = 500;

/** A list in parts: one statement with all of it could be hundreds of megabytes, which PostgreSQL refuses. */
export function* inParts<T>(all: readonly T[], size = ROWS_A_STATEMENT): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}
