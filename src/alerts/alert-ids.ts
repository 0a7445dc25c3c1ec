/** Ids of alerts as people type them: of several in a row the first and the last. Pure. */

/** A person reads, and a shell takes, so many. */
const MOST_PARTS = 50;
/** In one command: each is looked up, kept and logged. */
const MOST_IDS = 50_000;

export interface ShortIds {
  /** `2.1,2.3-2.9` */
  readonly text: string;
  /** How many it leaves out. */
  readonly left: number;
}

/** @param ids in their order */
export function idsInShort(ids: readonly string[]): ShortIds {
  const runs: { readonly first: string; last: string; count: number }[] = [];
  for (const id of ids) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run.last, id)) {
      run.last = id;
      run.count += 1;
    } else runs.push({ first: id, last: id, count: 1 });
  }
  const told = runs.slice(0, MOST_PARTS);
  // two beside each other are as short with a comma
  const text = told.map(({ first, last, count }) =>
    count === 1 ? first : `${first}${count === 2 ? ',' : '-'}${last}`,
  );
  return { text: text.join(','), left: told.reduce((left, { count }) => left - count, ids.length) };
}

/** All ids that a person means; what is no id stays as it is. Null: too many for one command. */
export function idsIn(text: string): string[] | null {
  const ids: string[] = [];
  for (const part of text.split(',').filter((one) => one !== '')) {
    const run = /^(\d{1,9})\.(\d{1,9})-(?:\1\.)?(\d{1,9})$/.exec(part);
    const [first, last] = [Number(run?.[2]), Number(run?.[3])];
    if (!(first <= last)) ids.push(part);
    else if (ids.length + last - first >= MOST_IDS) return null;
    else for (let no = first; no <= last; no++) ids.push(`${run?.[1] ?? ''}.${String(no)}`);
  }
  return ids;
}

function follows(before: string, id: string): boolean {
  const [seq, no] = before.split('.');
  return id === `${seq ?? ''}.${String(Number(no) + 1)}`;
}
