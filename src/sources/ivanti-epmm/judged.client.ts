import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EpmmPage } from './page.js';

/** The page with its rows judged, while timers, health checks and lease renewal got their turn between them. */
export async function judgedInTurns(page: EpmmPage): Promise<EpmmPage> {
  const steps = page.judging();
  while (steps.next().done !== true) await nextTurn();
  return page;
}
