import { checkYaml } from '../../platform/config/check.js';
import { section } from '../../platform/config/section.js';
import { z } from 'zod';
import { FOR_EVER, keptOf, refuseStrayRetention, retentionSchema } from './retention-config.js';

const file = section({
  sources: z.array(z.object({ name: z.string() })).default([{ name: 'hq' }]),
  retention: retentionSchema(),
}).superRefine(refuseStrayRetention, { when: () => true });
const read = (text: string) =>
  checkYaml(`sources: [{ name: hq }, { name: branch }]\n${text}`, 'rolewatch.yaml', file).retention;

describe('retention in rolewatch.yaml', () => {
  it('keeps everything for ever unless asked', () => {
    expect(read('')).toEqual(FOR_EVER);
    expect(read('retention: {}')).toEqual(FOR_EVER);
  });

  it('counts in days, never cuts a year short, and lets a source differ', () => {
    const config = read(
      'retention: { versions: 400d, observations: 3y, log: forever, sources: { hq: { versions: forever, observations: forever } } }',
    );
    expect(keptOf(config, 'branch')).toEqual({
      versions: 400,
      observations: 1098,
      messages: null,
      log: null,
    });
    expect(keptOf(config, 'hq')).toEqual({ versions: null, observations: null, messages: null, log: null });
    expect(keptOf(config, '*')).toEqual(keptOf(config, 'branch'));
  });

  it.each(['29d', '0d', '400', 'd', '1.5y', '-400d', '101y', '2w', 'never', '""', '400', 'null'])(
    'refuses %s with its place',
    (text) => {
      expect(() => read(`retention:\n  messages: ${text}`)).toThrow(
        /rolewatch.yaml:3:\d+ retention.messages: must be forever, or days or years/,
      );
    },
  );

  it.each([
    ['observations: 400d', 'retention.observations: must not be shorter than versions'],
    [
      'sources: { hq: { versions: 90d, observations: 60d } }',
      'retention.sources.hq.observations: must not be',
    ],
    ['sources: { hk: { log: 1y } }', 'retention.sources.hk: no source has this name; did you mean "hq"?'],
    ['version: 1y', 'retention.version: unknown key; did you mean "versions"?'],
    ['sources: [hq]', 'retention.sources: must be a mapping of sources'],
  ])('refuses %s, and says why', (text, why) => {
    expect(() => read(`retention:\n  ${text}`)).toThrow(why);
  });
});
