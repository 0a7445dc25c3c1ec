/** The story that the demo plays: what happens at Northwind Mobile day by day, and what Rolewatch should say of it. */
import type { EpmmServer } from './estate/epmm-server.js';
import { truncated } from './estate/faults/text.js';
import { GLOBAL } from './estate/estate.js';
import {
  CONTRACTORS,
  FIELD_OPS_GROUP,
  HELPDESK_OU,
  RETAIL,
  personDn,
  personLogin,
} from './estate/northwind.js';

/** The page size to read with: the directory then needs several pages, so that one of them can fail. */
export const PAGE_SIZE = 100;

/** A person's decision to believe that what was held is really gone: `rolewatch accept-shrink`. */
export interface ShrinkAccepted {
  readonly stream: string;
  readonly scope: 'all';
  readonly reason: string;
}

export interface Day {
  readonly title: string;
  /** What a reader of the day's report should find there, in one sentence. */
  readonly expects: string;
  /** What happens at the company, and what goes wrong with its server; absent: nothing. Call through `play`. */
  readonly happens?: (server: EpmmServer) => void;
  /** Decisions taken before the day's reading. */
  readonly accepted?: readonly ShrinkAccepted[];
  /** The id of a role: who holds it is asked after the day's reading, by `rolewatch access`. */
  readonly asksRole?: number;
}

const NIGHT_SHIFT = 'night.shift';
const AGENCY_LEFT = "The agency's contract ended; confirmed by the head of retail IT.";

export const DAYS: readonly Day[] = [
  {
    title: 'The first reading',
    expects:
      'Everything is read for the first time, so nothing is a change. Three accounts hold role 1, which can create ' +
      'admins and grant any role; one of them is our own.',
    asksRole: 1,
  },
  {
    title: 'A new super-admin',
    expects:
      'A local account "night.shift" appeared and holds role 1, which can create admins and grant any role.',
    happens: ({ estate }: EpmmServer): void => {
      estate.addAdmin({ userId: NIGHT_SHIFT, name: 'Night shift' });
      estate.grantRole(NIGHT_SHIFT, GLOBAL, 1);
    },
  },
  {
    title: 'A role in a second space',
    expects: 'One person who managed devices in Field Service may now wipe devices in Retail Stores as well.',
    happens: ({ estate }: EpmmServer): void => {
      estate.grantRole(personLogin(2), RETAIL, 7);
    },
  },
  {
    title: 'A role grows with an upgrade',
    expects:
      'Role 5 gained "Retire device": one change, with everybody who holds it, and no change per person.',
    happens: ({ estate }: EpmmServer): void => {
      estate.serverVersion = 'Simulated 12.2.0.0 Build 7';
      estate.addPermissionToRole(5, 'Retire device');
    },
  },
  {
    title: 'A group grows',
    expects:
      'The group Field Ops, which may wipe devices, has four more members; nobody can say who they are.',
    happens: ({ estate }: EpmmServer): void => {
      estate.growGroup(FIELD_OPS_GROUP, 4);
    },
  },
  {
    title: 'A new colleague at the helpdesk',
    expects: 'The OU Helpdesk, which holds roles in Retail Stores, has one more member, known by name.',
    happens: ({ estate }: EpmmServer): void => {
      const name = 'ursula.vale';
      estate.addLdapUser({
        dn: `CN=Ursula Vale,${HELPDESK_OU}`,
        ...{ name, firstName: 'Ursula', lastName: 'Vale', email: `${name}@example.com` },
      });
    },
  },
  {
    title: 'A reading is cut off in the middle',
    expects: 'The directory breaks off on its second page: verdict partial, and nobody is said to be gone.',
    happens: (server: EpmmServer): void => {
      server.estate.removeLdapUser(personDn(5));
      server.inject(truncated(4000), { stream: 'ldap_entity_summary', page: 1 });
    },
  },
  {
    title: 'Seven admins are gone at once',
    expects:
      'Too many to be believed: their removal is held until a person confirms it. The colleague who left the helpdesk ' +
      'the day before is reported now, within a window that begins before the reading that failed.',
    happens: ({ estate }: EpmmServer): void => {
      for (const userId of CONTRACTORS) estate.removeAdmin(userId);
    },
  },
  {
    title: 'Somebody confirms it',
    expects: 'The seven contractors disappeared, each with the roles that were lost.',
    accepted: ['user_summary', 'users'].map((stream) => ({ stream, scope: 'all', reason: AGENCY_LEFT })),
  },
  {
    title: 'A quiet day, spelt differently',
    expects:
      'Rows in another order, names of the directory in another case, unknown fields: and no change at all.',
    happens: (server: EpmmServer): void => {
      server.spelling = 7;
    },
  },
  {
    title: 'The night shift is over',
    expects: 'The account "night.shift" disappeared again, and with it the right to create admins.',
    happens: ({ estate }: EpmmServer): void => {
      estate.removeAdmin(NIGHT_SHIFT);
    },
  },
];

/** Makes it that day: what went wrong the day before is over, and what happens today has happened. */
export function play(day: Day, server: EpmmServer): void {
  server.heal();
  server.spelling = null;
  day.happens?.(server);
}
