import type { RiskTier } from './model.js';
import { roleOf } from './permissions.js';

/** How much harm something can do, and why we think so. */
export interface Risk {
  readonly tier: RiskTier;
  /** One sentence. */
  readonly reason: string;
}

const UNCLASSIFIED: Risk = { tier: 'unclassified', reason: 'Nobody has classified it yet: review it.' };
const ALLOWS_NOTHING: Risk = { tier: 'low', reason: 'It allows nothing.' };

/** What nobody has judged is handled as high: unknown is never safe. */
export function treatedAs(tier: RiskTier): Exclude<RiskTier, 'unclassified'> {
  return tier === 'unclassified' ? 'high' : tier;
}

/** Protective last: holding such a right harms nobody. */
const WEIGHTS: Readonly<Record<Exclude<RiskTier, 'unclassified'>, number>> = {
  critical: 4,
  high: 3,
  medium: 2,
  low: 1,
  protective: 0,
};

/** Sorts from worst to least; negative where the first is worse. */
export function compareTiers(a: RiskTier, b: RiskTier): number {
  return WEIGHTS[treatedAs(b)] - WEIGHTS[treatedAs(a)];
}

/** The tiers that a person should hear of at a first read. */
export function isHighRisk(tier: RiskTier): boolean {
  return compareTiers(tier, 'high') <= 0;
}

/** The worst of some risks; of two as bad, the one named first. Undefined of none. */
export function worstRisk(risks: Iterable<Risk>): Risk | undefined {
  let worst: Risk | undefined;
  for (const risk of risks) {
    if (worst === undefined || compareTiers(risk.tier, worst.tier) < 0) worst = risk;
  }
  return worst;
}

/** The judgement of a product's roles and permissions. */
export class RiskTiers {
  constructor(
    /** SHA-256 of the file, and of what a site changed where it did, lower-case hex. */
    readonly digest: string,
    private readonly roles: ReadonlyMap<string, Risk>,
    private readonly permissions: ReadonlyMap<string, Risk>,
    /** Roles are made by the site: one without an entry is what its permissions are. */
    readonly customRoles = false,
  ) {}

  /** Every permission that is classified. */
  get knownPermissions(): string[] {
    return [...this.permissions.keys()];
  }

  /** The risk of one permission; of a role that stands for itself (`role:7`), because no catalogue defines it, that of the role. */
  ofPermission(permission: string): Risk {
    const role = roleOf(permission);
    return (role === undefined ? this.permissions.get(permission) : this.roles.get(role)) ?? UNCLASSIFIED;
  }

  /**
   * The risk of a role with the permissions it has now. Its own entry counts, until it has gained something worse.
   * A role without an entry is at least unclassified, however harmless its permissions look; of a product whose roles
   * are made by the site, it is as risky as the worst of them.
   * @param permissions of a role that no catalogue explains, the role itself: `role:7`
   */
  ofRole(role: string, permissions: readonly string[]): Risk {
    const own = this.roles.get(role);
    const worst = worstRisk([
      ...(own === undefined ? [] : [own]),
      ...(own === undefined && !this.customRoles ? [UNCLASSIFIED] : []),
      ...permissions.map((permission) => this.ofPermission(permission)),
    ]);
    return worst ?? ALLOWS_NOTHING;
  }

  /** With the judgement of a site put over this one. @param digest of both together */
  withOverrides(
    digest: string,
    roles: ReadonlyMap<string, Risk>,
    permissions: ReadonlyMap<string, Risk>,
  ): RiskTiers {
    return new RiskTiers(
      digest,
      new Map([...this.roles, ...roles]),
      new Map([...this.permissions, ...permissions]),
      this.customRoles,
    );
  }
}
