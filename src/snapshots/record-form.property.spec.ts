import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { canonicalBytes } from '../platform/canonical.js';
import type { JsonObject, ReadRecord } from '../sources/source.js';
import { commitmentOf, FORM, leafOf, seal, tagOf } from './record-form.js';

const object = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 3 }),
  fc.oneof(fc.string(), fc.nat(), fc.boolean()),
) as fc.Arbitrary<JsonObject>;
const turned = (value: JsonObject): JsonObject => Object.fromEntries(Object.entries(value).reverse());
const same = (a: unknown, b: unknown): boolean => canonicalBytes(a).equals(canonicalBytes(b));
const steps = fc.record({ stream: fc.constantFrom('users', 'roles'), scope: fc.constantFrom('', '1') });
const holders = fc.record({
  firstKey: fc.constantFrom('ann', 'bob'),
  salt: fc.constantFrom('s1', 's2').map((salt) => Buffer.from(salt)),
});
const records = fc
  .record({
    body: object,
    comparedBody: object,
    personal: object,
    comparedPersonal: object,
    minimalPersonal: fc.option(object),
    rights: fc.constantFrom('none', 'grant', 'permission'),
  })
  .map(({ rights, ...parts }): ReadRecord => ({
    ...parts,
    nameSpace: 'admin',
    matchKey: 'ann',
    shownKey: 'ann',
    linkName: null,
    grants: rights === 'grant' ? [{ target: 'role:7', inScope: '1' }] : [],
    permissions: rights === 'permission' ? ['Wipe device'] : [],
  }));
const KEY = Buffer.from('key');

describe('laws of the form of a record', () => {
  it('a leaf is the hash of stream, scope, form, body and commitment, and of all of them', () => {
    fc.assert(
      fc.property(steps, steps, object, object, fc.nat(2), fc.nat(2), (s, t, body, other, form, form2) => {
        const [one, two] = [Buffer.from('01', 'hex'), Buffer.from('02', 'hex')];
        const leaf = leafOf(s, form, body, one);
        const data = canonicalBytes({ ...s, form, body, commit: '01' });
        expect(leaf).toEqual(
          createHash('sha256')
            .update(Buffer.from([0]))
            .update(data)
            .digest(),
        );
        expect(leafOf(t, form2, other, one).equals(leaf)).toBe(same([s, form, body], [t, form2, other]));
        expect(leafOf(s, form, body, two)).not.toEqual(leaf);
        expect(leafOf(s, form, turned(body), one)).toEqual(leaf);
      }),
    );
  });

  it('a commitment binds the key as first stored and all that is personal, under its salt', () => {
    fc.assert(
      fc.property(holders, holders, object, object, (holder, other, personal, others) => {
        const made = commitmentOf(holder, personal);
        const data = canonicalBytes({ key: holder.firstKey, personal });
        expect(made).toEqual(createHmac('sha256', holder.salt).update(data).digest());
        const equal = same(
          [holder.firstKey, holder.salt.toString(), personal],
          [other.firstKey, other.salt.toString(), others],
        );
        expect(commitmentOf(other, others).equals(made)).toBe(equal);
      }),
    );
  });

  it('a tag moves exactly with what is compared', () => {
    fc.assert(
      fc.property(records, records, fc.boolean(), (a, b, whole) => {
        const compared = ({ comparedBody, comparedPersonal }: ReadRecord) => [
          comparedBody,
          whole ? comparedPersonal : {},
        ];
        expect(tagOf(a, whole, KEY).equals(tagOf(b, whole, KEY))).toBe(same(compared(a), compared(b)));
        expect(tagOf({ ...a, body: b.body, personal: b.personal }, whole, KEY)).toEqual(tagOf(a, whole, KEY));
        expect(tagOf(a, whole, Buffer.from('another'))).not.toEqual(tagOf(a, whole, KEY));
      }),
    );
  });

  it('of an entry without rights nothing is compared that is not kept', () => {
    fc.assert(
      fc.property(records, object, (record, personal) => {
        expect(tagOf({ ...record, comparedPersonal: personal }, false, KEY)).toEqual(
          tagOf(record, false, KEY),
        );
      }),
    );
  });

  it('sealing keeps what it commits to: the least where that is enough, else everything', () => {
    fc.assert(
      fc.property(steps, records, holders, fc.boolean(), (step, record, holder, whole) => {
        const sealed = seal(step, record, whole, holder, KEY);
        const personal = whole ? record.personal : (record.minimalPersonal ?? record.personal);
        expect(sealed).toEqual({
          tag: tagOf(record, whole, KEY),
          leaf: leafOf(step, FORM, record.body, commitmentOf(holder, personal)),
          commit: commitmentOf(holder, personal),
          body: record.body,
          personal,
          bearsRight: record.grants.length + record.permissions.length > 0,
          grants: record.grants,
          permissions: record.permissions,
        });
      }),
    );
  });
});
