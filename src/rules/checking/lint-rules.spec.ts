import { parseRules } from '../language/parse-rules.js';
import { vocabularies } from '../packs.view.js';
import { lintRules } from './lint-rules.js';

const RULE = `id: example
version: 1
title: An example
severity: low
why: To be read.
advice: Read it.
controls: [CONTROL]
subject: principal
APPLIES
match: MATCH
tests:
  - { name: a, given: { principals: { ann: { roles: [7] } } }, expect: [ann] }
  - { name: b, given: {}, expect: none }
`;

async function faults(
  match: string,
  { applies = 'latent: include', product = 'ivanti-epmm', control = 'Site 1' } = {},
): Promise<string[]> {
  const text = RULE.replace('MATCH', match).replace('APPLIES', applies).replace('CONTROL', control);
  const file = { name: 'r.yaml', text, product };
  const found = lintRules(parseRules(file), [file], await vocabularies());
  return found.map(({ line, column, where, message }) => `${line}:${column} ${where}: ${message}`);
}

describe('names nobody knows', () => {
  it.each<[string, string, unknown]>([
    [
      'a permission',
      '{ any_of: [Wipe devise] }',
      '10:19 match.any_of[0]: no permission "Wipe devise" is known; did you mean "Wipe device"?',
    ],
    [
      'a role by its name',
      '{ any_of: [Manage policy] }',
      '10:19 match.any_of[0]: no permission "Manage policy" is known; did you mean "role:22"?',
    ],
    ['a prefix', "{ any_of: ['Wype*'] }", '10:19 match.any_of[0]: no permission "Wype*" is known'],
    [
      'a role by its id',
      "{ none_of: ['role:71'] }",
      expect.stringMatching(/^10:20 match.none_of.0.: no role "71" is known; there are .*31.* 35/),
    ],
  ])('%s', async (_, match, fault) => {
    expect(await faults(match)).toEqual([fault]);
  });

  it('a control', async () => {
    expect(await faults("{ any_of: ['*'] }", { control: 'NIST 800-53r5 AC-66' })).toEqual([
      '7:12 controls[0]: NIST 800-53r5 has no control "AC-66" that is known here; did you mean "AC-6"?',
    ]);
  });

  it.each([
    [
      "'web*.manage'",
      '"web*.manage" means nothing: a star stands at the end, and there are no other patterns',
    ],
    ["'role-named:'", '"role-named:" names nothing; write what it is called after the colon'],
  ])('%s is no name', async (name, message) => {
    const found = await faults(`{ any_of: [${name}] }`, { product: 'mambo-emm' });
    expect(found).toEqual([`10:19 match.any_of[0]: ${message}`]);
  });

  it('are also looked for in tests, which would prove nothing', async () => {
    const more = `{ any_of: ['*'] }\n`.concat(
      'tests:\n  - { name: c, given: { roles: { desk: [webhoks.view] }, ',
      'principals: { ci: { permissions: [billing.updat], latent: [webhooks.view] } } }, expect: [ci] }\n',
      '  - { name: d, given: {}, expect: none }\nlatent: include',
    );
    const text = RULE.slice(0, RULE.indexOf('tests:')).replace('MATCH', more).replace('APPLIES\n', '');
    const file = { name: 'r.yaml', text: text.replace('CONTROL', 'Site 1'), product: 'mambo-emm' };
    const found = lintRules(parseRules(file), [file], await vocabularies());
    expect(found.map(({ where, message }) => `${where}: ${message}`).sort()).toEqual([
      'tests[0].given.principals.ci.permissions[0]: no permission "billing.updat" is known; did you mean "billing.update"?',
      'tests[0].given.roles.desk[0]: no permission "webhoks.view" is known; did you mean "webhooks.view"?',
    ]);
  });

  it('are also looked for in parameters', async () => {
    const match =
      '{ any_of: $rights }\nparameters: { rights: { description: Some., default: [Wipe devise] } }';
    expect(await faults(match)).toEqual([
      '11:55 parameters.rights.default[0]: no permission "Wipe devise" is known; did you mean "Wipe device"?',
    ]);
  });

  it('are none where every team has its own roles', async () => {
    expect(await faults("{ any_of: ['role:desk'] }", { product: 'mambo-emm' })).toEqual([]);
  });
});

describe('conditions that never come true', () => {
  it.each<[string, string, string, string]>([
    [
      'ivanti-epmm',
      '',
      '{ all_of: [Wipe device], none_of: [Wipe device] }',
      'match.none_of: can never be so: all_of asks for Wipe device',
    ],
    [
      'ivanti-epmm',
      '',
      '{ any_of: [Wipe device], none_of: [Wipe device] }',
      'match.none_of: can never be so: any_of asks for one of the same',
    ],
    [
      'ivanti-epmm',
      '',
      '{ all_of: [Wipe device], must_have: [Wipe device] }',
      'match.must_have: can never be missing: all_of asks for the same',
    ],
    [
      'mambo-emm',
      '',
      "{ all_of: [webhooks.manage], none_of: ['webhooks.*'] }",
      'match.none_of: can never be so: all_of asks for webhooks.manage',
    ],
    [
      'ivanti-epmm',
      '',
      '{ at_least: { n: 2, of: [Wipe device] } }',
      'match.at_least: can never be so: it names only 1',
    ],
    [
      'ivanti-epmm',
      '',
      '{ separation: { at_most: 2, sets: { a: [Wipe device], b: [Edit user] } } }',
      'match.separation: can never be so: there are only 2 sets',
    ],
    [
      'mambo-emm',
      '',
      "{ levels: { roles: '> delete' } }",
      'match.levels.roles: can never be so: delete is the highest level',
    ],
    [
      'mambo-emm',
      '',
      "{ levels: { roles: '<= delete' } }",
      'match.levels.roles: is always so: delete is the highest level',
    ],
    [
      'ivanti-epmm',
      'latent: only',
      "{ any_of: ['*'] }",
      'latent: can never be so: no permission of ivanti-epmm needs another one',
    ],
    [
      'ivanti-epmm',
      'applies: { kinds: [local-admin], members: unknown }',
      "{ any_of: ['*'] }",
      'applies.members: is never so: none of the kinds has members',
    ],
    [
      'mambo-emm',
      'applies: { kinds: [local-admin, ldap-group] }',
      "{ any_of: ['*'] }",
      'applies.kinds: is never so: mambo-emm has member, access-token',
    ],
    [
      'ivanti-epmm',
      'applies: { kinds: [directory-user], origin: local }',
      "{ any_of: ['*'] }",
      'applies.origin: is never so: the kinds are kept in the directory',
    ],
    [
      'ivanti-epmm',
      'applies: { keys: [ann], except_keys: [ann] }',
      "{ any_of: ['*'] }",
      'applies.keys: is never so: all of them are excepted',
    ],
  ])('%s %s %s', async (product, applies, match, fault) => {
    const found = await faults(match, { product, ...(applies !== '' && { applies }) });
    expect(found.map((one) => one.replace(/^\d+:\d+ /, ''))).toEqual([fault]);
  });
});

it('a right of two sets would be a breach by itself', async () => {
  const match = '{ separation: { sets: { a: [Wipe device], b: [Edit user, Wipe device] } } }';
  expect(await faults(match)).toEqual([
    expect.stringContaining('match.separation.sets.b[1]: "Wipe device" is in set a too'),
  ]);
});

it('a parameter that is used nowhere is a slip', async () => {
  const match = "{ any_of: ['*'] }\nparameters: { most: { description: Some., default: 1, min: 0, max: 2 } }";
  expect(await faults(match)).toEqual([
    '11:21 parameters.most: is used nowhere; write $most where it counts',
  ]);
});

it('a rule needs a test in which it is broken and one in which it is nearly', async () => {
  const [head = ''] = RULE.split('tests:');
  const text = head
    .replace('MATCH', "{ any_of: ['*'] }")
    .replace('APPLIES', 'latent: include')
    .replace('CONTROL', 'Site 1');
  const file = { name: 'r.yaml', text, product: 'ivanti-epmm' };
  const found = lintRules(parseRules(file), [file], await vocabularies());
  expect(found.map(({ message }) => message)).toEqual([
    'has no test in which somebody breaks the rule',
    'has no test in which nobody does: expect: none',
  ]);
});
