/** A list whose closings the latest snapshot of its source holds back. */
export interface HeldList {
  readonly stream: string;
  /** '' where the list belongs to the whole source. */
  readonly scope: string;
  /** How many records or principals are held. */
  readonly held: number;
  readonly why: string | null;
}
