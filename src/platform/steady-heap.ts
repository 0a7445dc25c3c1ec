import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap grow in small steps. By default V8 waits until it has grown by more than half before it collects, so
 * a long read would hold on to memory it no longer needs: `npm run bench:memory` shows the difference.
 */
export function keepHeapSteady(): void {
  setFlagsFromString('--heap-growing-percent=20');
}
