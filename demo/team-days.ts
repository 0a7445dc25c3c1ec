/** The second part of the story: what happens in the company's team of mambo EMM, by HTTP and from a file. */
import { EVERYTHING, held, type Team } from './estate/team.js';

export interface TeamDay {
  readonly title: string;
  /** What a reader of the day's report should find there, in one sentence. */
  readonly expects: string;
  /** Absent: nothing happens. */
  readonly happens?: (team: Team) => void;
  /** It is read from an export that somebody made, not from the server. */
  readonly exported?: true;
  /** A permission: who has it is asked after the day's reading, by `rolewatch access`. */
  readonly asksPermission?: string;
}

const CI = held({ team: 'view', policies: 'manage', webhooks: 'view' }, 'wipe');
const CI_AWAKE = held({ team: 'view', policies: 'manage', webhooks: 'view', devices: 'view' }, 'wipe');

export const TEAM_DAYS: readonly TeamDay[] = [
  {
    title: 'A team is read for the first time',
    expects:
      'Access tokens, roles and members of a team of mambo EMM, over HTTP as rolewatch.yaml describes the server.',
  },
  {
    title: 'The pipeline may wipe, in vain',
    expects:
      'The token of the CI pipeline was given "wipe". It cannot see devices, so that the right is latent: reported, and not counted.',
    happens: (team) => team.changeToken('tok-ci', { held: CI }),
    asksPermission: 'device-commands.wipe',
  },
  {
    title: 'And now it may',
    expects: 'The token may see devices: one change, which brings the right to wipe to life.',
    happens: (team) => team.changeToken('tok-ci', { held: CI_AWAKE }),
  },
  {
    title: 'A token for everything',
    expects: 'A token appeared that holds every right there is, has no owner and never ends.',
    happens: (team) =>
      team.addToken({
        id: 'tok-test',
        name: 'test, delete me',
        createdAt: '2026-03-20T16:55:00.000Z',
        held: EVERYTHING,
      }),
  },
  {
    title: 'A role is raised',
    expects:
      'The helpdesk may manage members, and so make members of any role: one change, with everybody in it.',
    happens: (team) =>
      team.setRole({
        id: 'helpdesk',
        name: 'Helpdesk',
        held: held(
          { team: 'view', members: 'manage', devices: 'view', groups: 'view' },
          'lock',
          'reset-password',
        ),
      }),
  },
  {
    title: 'The same from a file',
    expects: 'Somebody exported the team as tables. They are a source of their own here, and say the same.',
    exported: true,
    asksPermission: 'device-commands.wipe',
  },
];
