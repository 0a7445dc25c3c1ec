/** A team of a few tokens, roles and members, and everything that may happen to it, drawn at random. */
import { held, Team, type TeamToken } from '../../../demo/estate/team.js';
import { type LadderArea, MAMBO_LADDERS, NO_LEVEL } from '../../../src/access/mambo-emm.js';
import type { Random } from '../../medium/pipeline/mutators.js';

/** What the team is read with. It stays: that it goes is held, which has a test of its own. */
export const OWN_TOKEN = 'own';
/** The role that may wipe, as long as it is: nobody changes it. */
export const WIPERS = 'wipers';

export function smallTeam(key: string): Team {
  const team = new Team(key);
  team.addToken({ id: OWN_TOKEN, name: 'Rolewatch', held: held({ team: 'view' }) });
  for (let n = 0; n < 7; n++) {
    const levels = { devices: 'view', reports: n % 2 === 0 ? 'view' : 'generate' };
    team.addToken({
      id: `token${n}`,
      name: `Token ${n}`,
      owner: `owner${n}@example.com`,
      held: held(levels),
    });
  }
  team.setRole({ id: WIPERS, name: 'Wipers', held: held({ devices: 'view' }, 'wipe') });
  for (let n = 0; n < 4; n++)
    team.setRole({
      id: `role${n}`,
      name: `Role ${n}`,
      held: held({ groups: n % 2 === 0 ? 'view' : 'manage' }),
    });
  for (let n = 0; n < 7; n++) {
    const roles = n === 0 ? [WIPERS] : [`role${n % 4}`];
    team.setMember({ id: `member${n}`, name: `Member ${n}`, email: `member${n}@example.com`, roles });
  }
  return team;
}

type Mutator = (team: Team, random: Random, fresh: number) => void;

const AREAS = ['reports', 'webhooks', 'groups', 'policies'] as const;
const ROLES_AT_LEAST = 3;

const movable = ({ tokens }: Team): TeamToken[] => tokens.filter(({ id }) => id !== OWN_TOKEN);
const changeable = ({ roles }: Team) => roles.filter(({ id }) => id !== WIPERS);

const MUTATORS: Readonly<Record<string, Mutator>> = {
  'token comes': (team, random, fresh) =>
    team.addToken({
      id: `token-${fresh}`,
      name: `New token ${fresh}`,
      createdAt: random.chance(0.5) ? day(fresh) : null,
      held: random.chance(0.4) ? held({ devices: 'view' }, 'wipe') : held({ reports: 'view' }),
    }),
  'token goes': (team, random) => {
    const token = random.pick(movable(team));
    if (token) team.removeToken(token.id);
  },
  'token gets another level': (team, random) => {
    const token = random.pick(movable(team));
    if (token) team.changeToken(token.id, { held: withLevel(token.held, random) });
  },
  'token may wipe, or no more': (team, random) => {
    const token = random.pick(movable(team));
    const may = token?.held.commands.includes('wipe') ?? false;
    if (token)
      team.changeToken(token.id, {
        held: { levels: { ...token.held.levels, devices: 'view' }, commands: may ? [] : ['wipe'] },
      });
  },
  'token renamed': (team, random, fresh) => {
    const token = random.pick(movable(team));
    if (token) team.changeToken(token.id, { name: `Token renamed ${fresh}` });
  },
  'token rotated': (team, random, fresh) => {
    const token = random.pick(movable(team));
    if (token) team.changeToken(token.id, { lastRotatedAt: day(fresh) });
  },
  'token gets another owner': (team, random, fresh) => {
    const token = random.pick(movable(team));
    if (token)
      team.changeToken(token.id, { owner: random.chance(0.3) ? null : `owner-${fresh}@example.com` });
  },
  'role defined': (team, random, fresh) =>
    team.setRole({ id: `role-${fresh}`, name: `New role ${fresh}`, held: withLevel(held({}), random) }),
  'role redefined': (team, random) => {
    const role = random.pick(changeable(team));
    if (role) team.setRole({ ...role, held: withLevel(role.held, random) });
  },
  'role retired': (team, random) => {
    const role = random.pick(changeable(team));
    if (role && team.roles.length > ROLES_AT_LEAST) team.removeRole(role.id);
  },
  'member comes': (team, random, fresh) => {
    const role = random.chance(0.8) ? random.pick(team.roles) : undefined;
    const [id, email] = [`member-${fresh}`, `member-${fresh}@example.com`];
    team.setMember({ id, name: `New member ${fresh}`, email, roles: role ? [role.id] : [] });
  },
  'member goes': (team, random) => {
    const member = random.pick(team.members);
    if (member) team.removeMember(member.id);
  },
  'member gets a role': (team, random) => {
    const [member, role] = [random.pick(team.members), random.pick(team.roles)];
    if (member && role && !member.roles.includes(role.id))
      team.setMember({ ...member, roles: [...member.roles, role.id] });
  },
  'member loses a role': (team, random) => {
    const member = random.pick(team.members);
    const lost = random.pick(member?.roles ?? []);
    if (member) team.setMember({ ...member, roles: member.roles.filter((role) => role !== lost) });
  },
  'member renamed': (team, random, fresh) => {
    const member = random.pick(team.members);
    if (member) team.setMember({ ...member, name: `Member renamed ${fresh}` });
  },
};

/** Takes numbers for new names from here, so that no two things ever have the same one. */
export class TeamFate {
  private fresh = 0;

  constructor(
    private readonly team: Team,
    private readonly random: Random,
  ) {}

  /** @returns what happened */
  strike(): string {
    const [name, mutate] = this.random.pick(Object.entries(MUTATORS)) ?? ['nothing', () => undefined];
    mutate(this.team, this.random, ++this.fresh);
    return name;
  }
}

function withLevel({ levels, commands }: TeamToken['held'], random: Random): TeamToken['held'] {
  const area: LadderArea = random.pick(AREAS) ?? 'reports';
  const { [area]: _, ...others } = levels;
  const level = random.pick([...MAMBO_LADDERS[area].filter((one) => one !== NO_LEVEL), undefined]);
  return { levels: { ...others, ...(level !== undefined && { [area]: level }) }, commands };
}

const day = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();
