import { setImmediate as others } from 'node:timers/promises';

/** So long the other work of the process waits at most, beside the longest single step. */
const TURN_MS = 20;

/** Takes the steps of a long computation, and lets timers, connections and requests have their turn in between. */
export async function inSteps<T>(steps: Generator<void, T>): Promise<T> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await others();
    began = performance.now();
  }
}
