/** Holds the files of one exported list against each other. */
import type { Fault } from '../source.js';
import { type ExportedFile, fileName } from './file-names.js';
import { MAX_OFFSET, type Stream } from './lists.js';
import { badCount, type EpmmPage } from './page.js';
import { Paging } from './paging.js';

export class FileSequence {
  private readonly paging: Paging;
  private ended = false;
  private read = 0;

  constructor(
    stream: Stream,
    private readonly files: readonly ExportedFile[],
  ) {
    this.paging = new Paging(stream, MAX_OFFSET);
  }

  /** Whether the last file was taken note of. */
  get isOver(): boolean {
    return this.read === this.files.length;
  }

  /** What does not follow from the files before this one, or calls for one that is not there. */
  accept(file: ExportedFile, page: EpmmPage): Fault[] {
    this.read++;
    if (this.ended) return page.rows === 0 ? [] : [beyondEnd(file, page)];
    const faults = this.orderFaults(file, page);
    const accepted = this.paging.accept(page);
    this.ended = accepted.done;
    if (!this.ended && this.isOver) faults.push(this.missing(file, page));
    return [...faults, ...accepted.faults];
  }

  private orderFaults(file: ExportedFile, page: EpmmPage): Fault[] {
    const due = this.paging.offset;
    if (file.offset === due) return [];
    const fault =
      file.offset > due
        ? this.missing(file, page)
        : badCount(page.where, `${file.name} overlaps with the ${due} rows of the files before it`);
    this.paging.moveTo(file.offset);
    return [fault];
  }

  private missing(file: ExportedFile, page: EpmmPage): Fault {
    const name = fileName({ ...file, offset: this.paging.offset });
    return { code: 'missing-file', message: `${page.where}: ${name} is not in the folder` };
  }
}

function beyondEnd(file: ExportedFile, page: EpmmPage): Fault {
  const words = `${file.name} has ${page.rows} rows behind the end that the files before it state`;
  return { ...badCount(page.where, words), code: 'beyond-end' };
}
