/** A simulated team of mambo EMM: what its console would show, and what people do there. */
import type { HeldAreas, LadderArea, MamboCommand } from '../../src/access/mambo-emm.js';

export interface TeamToken {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly lastRotatedAt: string | null;
  readonly held: HeldAreas;
}

export interface TeamRole {
  readonly id: string;
  readonly name: string;
  readonly held: HeldAreas;
}

export interface TeamMember {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
}

/** Every right there is, as a token that is made for testing has. */
export const EVERYTHING: HeldAreas = {
  levels: {
    team: 'manage-security',
    roles: 'delete',
    members: 'remove',
    reports: 'delete',
    devices: 'view',
    groups: 'delete',
    policies: 'delete',
    'enrolment-tokens': 'delete',
    'device-possession': 'change',
    webhooks: 'delete',
    'access-tokens': 'delete',
    billing: 'update',
  },
  commands: [
    'lock',
    'reset-password',
    'reboot',
    'wipe',
    'remote-control',
    'clear-app-data',
    'broadcast',
    'manage-esims',
    'run-adb',
  ],
};

export const held = (
  levels: Readonly<Partial<Record<LadderArea, string>>>,
  ...commands: MamboCommand[]
): HeldAreas => ({ levels, commands });

export class Team {
  private readonly tokensById = new Map<string, TeamToken>();
  private readonly rolesById = new Map<string, TeamRole>();
  private readonly membersById = new Map<string, TeamMember>();

  constructor(readonly key: string) {}

  get tokens(): readonly TeamToken[] {
    return [...this.tokensById.values()];
  }

  get roles(): readonly TeamRole[] {
    return [...this.rolesById.values()];
  }

  get members(): readonly TeamMember[] {
    return [...this.membersById.values()];
  }

  addToken(token: Partial<TeamToken> & Pick<TeamToken, 'id' | 'name' | 'held'>): void {
    const unsaid = { owner: null, createdBy: null, createdAt: null, expiresAt: null, lastRotatedAt: null };
    this.tokensById.set(token.id, { ...unsaid, ...token });
  }

  changeToken(id: string, changed: Partial<Omit<TeamToken, 'id'>>): void {
    this.tokensById.set(id, { ...found(this.tokensById, id), ...changed });
  }

  removeToken(id: string): void {
    found(this.tokensById, id);
    this.tokensById.delete(id);
  }

  setRole(role: TeamRole): void {
    this.rolesById.set(role.id, role);
  }

  setMember(member: TeamMember): void {
    this.membersById.set(member.id, member);
  }

  /** From those who hold it, too. */
  removeRole(id: string): void {
    found(this.rolesById, id);
    this.rolesById.delete(id);
    for (const member of this.members)
      if (member.roles.includes(id))
        this.setMember({ ...member, roles: member.roles.filter((role) => role !== id) });
  }

  removeMember(id: string): void {
    found(this.membersById, id);
    this.membersById.delete(id);
  }
}

function found<T>(things: ReadonlyMap<string, T>, id: string): T {
  const thing = things.get(id);
  if (thing === undefined) throw new Error(`the team has no ${id}`);
  return thing;
}

/** The team of the demo: a few integrations, three roles, a handful of members. */
export function northwindField(): Team {
  const team = new Team('northwind-field');
  team.addToken({
    id: 'tok-reporting',
    name: 'Weekly report',
    owner: 'reporting@example.com',
    createdBy: 'Ann Archer',
    createdAt: '2026-01-12T09:30:00.000Z',
    expiresAt: '2027-01-12T09:30:00.000Z',
    lastRotatedAt: '2026-03-01T08:00:00.000Z',
    held: held({ team: 'view', reports: 'generate', devices: 'view' }),
  });
  team.addToken({
    id: 'tok-ci',
    name: 'CI pipeline',
    owner: 'platform@example.com',
    createdBy: 'Ann Archer',
    createdAt: '2025-11-03T14:00:00.000Z',
    expiresAt: '2026-11-03T14:00:00.000Z',
    held: held({ team: 'view', policies: 'manage', webhooks: 'view' }),
  });
  team.addToken({
    id: 'tok-mdm-bridge',
    name: 'Helpdesk bridge',
    owner: 'helpdesk@example.com',
    createdBy: 'Ben Bauer',
    createdAt: '2025-09-20T10:00:00.000Z',
    held: held({ team: 'view', devices: 'view', groups: 'view' }, 'lock', 'reset-password'),
  });
  team.setRole({ id: 'team-owner', name: 'Team Owner', held: EVERYTHING });
  team.setRole({
    id: 'helpdesk',
    name: 'Helpdesk',
    held: held({ team: 'view', members: 'view', devices: 'view', groups: 'view' }, 'lock', 'reset-password'),
  });
  team.setRole({ id: 'finance', name: 'Finance', held: held({ team: 'view', billing: 'update' }) });
  team.setMember({ id: 'ann', name: 'Ann Archer', email: 'ann.archer@example.com', roles: ['team-owner'] });
  team.setMember({ id: 'ben', name: 'Ben Bauer', email: 'ben.bauer@example.com', roles: ['helpdesk'] });
  team.setMember({ id: 'cal', name: 'Cal Costa', email: 'cal.costa@example.com', roles: ['helpdesk'] });
  team.setMember({ id: 'dee', name: 'Dee Dietz', email: 'dee.dietz@example.com', roles: ['finance'] });
  return team;
}
