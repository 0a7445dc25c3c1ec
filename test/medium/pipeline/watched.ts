import type { SimulatedServer, When } from '../../../demo/estate/simulated-server.js';
import type { SourcePipeline } from '../../support/source-pipeline.js';
import type { Lists } from './lists.js';

/** Something that is watched: a simulated server, the pipeline that reads it, and what is so upstream. */
export interface Watched {
  readonly server: SimulatedServer;
  readonly pipeline: SourcePipeline;
  /** Whatever can be asked for: its lists, and a call that only tells whether it is there. */
  readonly streams: readonly string[];
  /** The list in which the people, or tokens, hold their rights; it has several pages. */
  readonly main: When & { readonly stream: string };
  /** A page that is not long, and the name of its list among `Lists`. */
  readonly short: When & { readonly stream: string };
  readonly shortList: string;
  /** What an answer says beside its rows, by which it is paged. */
  readonly counts: readonly string[];
  /** Whether it says how many rows there are. If not, what it leaves out each time cannot be told from what is gone. */
  readonly counted: boolean;
  /** What is in no message. */
  readonly secrets: readonly string[];
  upstream(): Lists;
  stored(): Promise<Lists>;
  /** What the store says otherwise than the server; nothing if it tells the truth. */
  untruths(): Promise<string[]>;
  /** Somebody new in the main list. */
  add(id: string): void;
  remove(id: string): void;
  /** One right more for somebody whom `add` made, or one less. */
  setRight(id: string, held: boolean): void;
  /** Nobody in the configuration hears of it. */
  changeSecret(): void;
  /** As whoever runs the server would, after any fault. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

const NEWCOMERS = 10;

/**
 * What happens upstream before the n-th run: somebody comes; once there are some, one of them gets another right, or loses
 * it again, so that a long history is as quick as it began.
 */
export function nextChange(watched: Watched, n: number): void {
  if (n < NEWCOMERS) watched.add(`newcomer-${n}`);
  else watched.setRight(`newcomer-${n % NEWCOMERS}`, Math.floor(n / NEWCOMERS) % 2 === 1);
}
