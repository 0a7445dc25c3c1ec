import { type FindingView, findingsOf } from '../../../src/findings/findings.view.js';
import { subjectWords } from '../../../src/findings/findings-words.js';
import {
  JudgeDue,
  type JudgeOrder,
  type JudgeParts,
  type Judging,
} from '../../../src/findings/judge-due.job.js';
import { type JudgementDueStore } from '../../../src/findings/judgement-due.store.js';
import { parseWaivers } from '../../../src/findings/waiver-file.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { SmallRulebook } from '../../support/rulebook.js';
import { village } from '../pipeline/village.js';
import { unsound } from '../../support/unsound.js';

/** A village whose snapshots are judged by small rules, and its file of waivers. */
export class Court {
  readonly rulebook = new SmallRulebook();
  /** The text of the file. */
  waivers = 'waivers: []';
  told: string[] = [];

  private constructor(readonly pipeline: Pipeline) {}

  static async open(): Promise<Court> {
    return new Court(await Pipeline.start({ estate: village() }));
  }

  /** A process of its own, as far as judging goes. */
  judgeDue(more: Partial<JudgeParts> = {}, due?: JudgementDueStore): JudgeDue {
    return new JudgeDue({ ...this.parts(), ...more }, due);
  }

  parts(): JudgeParts {
    return {
      db: this.pipeline.db,
      rulebook: this.rulebook,
      waivers: async () => parseWaivers(this.waivers, 'waivers.yaml', new Date()),
      accountOf: () => 'root',
      told: async (_, { events }) => void this.told.push(...events.map(({ kind }) => kind)),
    };
  }

  async judge(order: JudgeOrder = {}): Promise<Judging> {
    return this.judgeDue().judge(order);
  }

  /** Reads, publishes and judges. @returns the snapshot's number */
  async round(): Promise<number> {
    const seq = await this.pipeline.publish();
    const { notJudged } = await this.judge();
    expect(notJudged).toEqual([]);
    return seq;
  }

  findings(at?: Date): Promise<FindingView[]> {
    return findingsOf(this.pipeline.db, SOURCE, { ...(at && { at }) });
  }

  /** `root: open`, sorted. */
  async states(): Promise<string[]> {
    const all = await this.findings();
    return all
      .map(({ subject, state, why }) => `${subjectWords(subject)}: ${state}${why ? ` ${why}` : ''}`)
      .sort();
  }

  async fsck(): Promise<string[]> {
    return unsound(this.pipeline.db, this.rulebook);
  }

  async close(): Promise<void> {
    await this.pipeline.stop();
  }
}

/** A day from now in UTC, as it is written into a waiver. */
export const inDays = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
