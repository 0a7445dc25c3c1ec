import {
  admins,
  directory,
  ELEVEN,
  entry,
  facts,
  identity,
  link,
  list,
  readingsWith,
  stated,
} from '../../test/support/drift-facts.js';
import { explain } from './explain.js';
import type { AttributeName, Stated } from './facts.js';

type Value = string | null;
const of = (attribute: AttributeName, ...values: Stated<Value>[]) =>
  facts({ identities: [identity('10', 'both')], attributes: [{ attribute, stated: values }] });
const mail = (scope: string, before: Value, after: Value, read: Partial<Stated<Value>> = {}) =>
  stated<Value>(admins(scope), '10', before, after, read);

describe('an attribute', () => {
  it('changes once, however many spaces state it, and only the places of its values are kept', () => {
    const told = explain(
      of('email', mail('1', 'a@example.com', 'b@example.com'), mail('3', 'a@example.com', 'b@example.com')),
    );
    expect(told).toMatchObject([
      {
        what: 'attribute-changed',
        cause: 'directory',
        kind: 'local-admin',
        subject: '10',
        attribute: {
          name: 'email',
          before: { ...admins('1'), identity: '10' },
          after: { ...admins('1'), identity: '10' },
        },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain('example.com');
  });

  it('changes from and to nothing', () => {
    expect(explain(of('name', mail('1', null, 'Ann')))).toHaveLength(1);
    expect(explain(of('name', mail('1', 'Ann', null)))).toHaveLength(1);
  });

  it('takes its first value silently where it was not stored before', () => {
    expect(explain(of('name', stated<Value>(admins('1'), '10', undefined, 'Ann')))).toEqual([]);
    expect(explain(of('name', stated<Value>(admins('1'), '10', 'Ann', undefined)))).toEqual([]);
  });

  it('is decided by the latest read where spaces differ', () => {
    const early = new Date('2026-03-01T10:59:00Z');
    const told = explain(
      of('name', mail('1', 'Ann', 'Anna'), mail('3', 'Ann', 'Anne', { readAfter: early })),
    );
    expect(told).toMatchObject([{ attribute: { after: admins('1') } }]);
    expect(
      explain(of('name', mail('1', 'Ann', 'Ann'), mail('3', 'Ann', 'Anne', { readAfter: early }))),
    ).toEqual([]);
  });

  it('is not told again when the other space follows', () => {
    const early = new Date('2026-03-01T09:30:00Z');
    expect(
      explain(of('name', mail('1', 'Ann', 'Anna', { readBefore: early }), mail('3', 'Anna', 'Anna'))),
    ).toEqual([]);
  });

  it('is one change where two streams state the same of one principal, and none where one follows late', () => {
    const users = (before: Value, after: Value) => stated<Value>(list('users', ''), '10', before, after);
    expect(explain(of('name', mail('1', 'Ann', 'Anna'), users('Ann', 'Anna')))).toHaveLength(1);
    expect(explain(of('name', mail('1', 'Anna', 'Anna'), users('Ann', 'Anna')))).toEqual([]);
    expect(explain(of('name', mail('1', 'Ann', 'Anna'), users('ann', 'anna')))).toHaveLength(2);
  });

  it('is told when one of two streams comes back to what the other one has said all along', () => {
    const users = (value: Value, since?: number) =>
      stated<Value>(list('users', ''), '10', value, value, { since });
    expect(explain(of('name', mail('1', 'Anna', 'Ann', { since: 5 }), users('Ann')))).toHaveLength(1);
    expect(explain(of('name', mail('1', 'Anna', 'Ann', { since: 5 }), users('Ann', 4)))).toHaveLength(1);
    expect(explain(of('name', mail('1', 'Anna', 'Ann', { since: 5 }), users('Ann', 6)))).toEqual([]);
  });

  it('of a linked directory entry belongs to the admin', () => {
    const told = explain(
      facts({
        identities: [identity('10', 'both'), entry('20', 'both')],
        links: [link('10', '20', 'both')],
        attributes: [
          {
            attribute: 'email',
            stated: [
              mail('1', 'a@example.com', 'b@example.com'),
              stated<Value>(directory('1'), '20', 'a@example.com', 'b@example.com'),
            ],
          },
        ],
      }),
    );
    expect(told.map((change) => change.subject)).toEqual(['10']);
  });

  it('of an admin is told, although the directory entry had the new value before', () => {
    const entryHad = stated<Value>(directory('1'), '20', 'b@example.com', 'b@example.com');
    const told = explain(
      facts({
        identities: [identity('10', 'both'), entry('20', 'both')],
        links: [link('10', '20', 'both')],
        attributes: [{ attribute: 'email', stated: [mail('1', 'a@example.com', 'b@example.com'), entryHad] }],
      }),
    );
    expect(told).toHaveLength(1);
  });

  it('is told of by a list that stated it before, not by one that is new', () => {
    const late = new Date('2026-03-01T10:30:00Z');
    const fresh = stated<Value>(admins('3'), '10', undefined, 'Anna', { readBefore: late });
    const told = explain(of('name', mail('1', 'Ann', 'Anna'), fresh));
    expect(told).toMatchObject([{ attribute: { before: admins('1'), after: admins('1') } }]);
  });

  it('is bounded by the reads of the list that decides, if that has turned, else of one that has', () => {
    const late = new Date('2026-03-01T11:03:00Z');
    const readings = readingsWith(admins('3'), { readTo: late });
    const seenAt = (third: Stated<Value>) => {
      const found = of('name', mail('1', 'Ann', 'Anna', { readBefore: late }), third);
      return explain({ ...found, readings }).map((change) => change.window.seenAt);
    };
    expect(seenAt(mail('3', 'Ann', 'Anna', { readAfter: late }))).toEqual([late]);
    expect(seenAt(mail('3', 'Anna', 'Anna', { readAfter: late }))).toEqual([ELEVEN]);
  });

  it('changes its origin without anybody being new', () => {
    expect(explain(of('origin', mail('1', 'Local', 'LDAP')))).toMatchObject([
      { attribute: { name: 'origin' } },
    ]);
  });

  it('is not told by a first read', () => {
    const readings = readingsWith(admins('3'), { known: false });
    expect(explain({ ...of('name', mail('3', 'Ann', 'Anna')), readings })).toEqual([]);
  });
});

describe('a link', () => {
  const statedIn = [{ ...directory('1'), touched: true }];
  const linked = (
    presence: 'before' | 'after',
    admin: 'both' | 'after' | 'before',
    dn: 'both' | 'after' | 'before',
  ) =>
    facts({
      identities: [identity('10', admin, { kind: 'directory-user' }), entry('20', dn, { statedIn })],
      links: [link('10', '20', presence)],
    });

  it('between two that were there is told', () => {
    expect(explain(linked('after', 'both', 'both'))).toMatchObject([
      {
        what: 'identity-linked',
        cause: 'identity',
        subject: '10',
        affected: [{ id: '20', kind: 'directory-user' }],
      },
    ]);
  });

  it('that ends between two that are still there is told', () => {
    expect(explain(linked('before', 'both', 'both'))).toMatchObject([
      { what: 'identity-unlinked', subject: '10' },
    ]);
  });

  it('is told of by the list whose record changed', () => {
    const late = new Date('2026-03-01T11:03:00Z');
    const told = (adminTouched: boolean, entryTouched: boolean) =>
      explain(
        facts({
          identities: [
            identity('10', 'both', { statedIn: [{ ...admins('3'), touched: adminTouched }] }),
            entry('20', 'both', { statedIn: [{ ...directory('1'), touched: entryTouched }] }),
          ],
          links: [link('10', '20', 'after')],
          readings: readingsWith(admins('3'), { readTo: late }),
        }),
      ).map((change) => change.window.seenAt);
    expect(told(true, false)).toEqual([late]);
    expect(told(false, true)).toEqual([ELEVEN]);
    // another entry of the same name was the reason
    expect(told(false, false)).toEqual([ELEVEN]);
  });

  it('with an entry that comes or goes is told: an entry without a right is told by nothing else', () => {
    expect(explain(linked('after', 'both', 'after'))).toMatchObject([{ what: 'identity-linked' }]);
    expect(explain(linked('before', 'both', 'before'))).toMatchObject([{ what: 'identity-unlinked' }]);
  });

  it('that comes or goes with its admin is not', () => {
    expect(explain(linked('after', 'after', 'both'))).toEqual([]);
    expect(explain(linked('before', 'before', 'both'))).toEqual([]);
  });
});
