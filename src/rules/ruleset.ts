/** The rules that are active as a whole: their texts, what a site set, and the risk tiers they lean on, under one digest. */
import { z } from 'zod';
import type { RiskTiers } from '../access/risk.js';
import { RISK_TIERS } from '../access/model.js';
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import { didYouMean } from '../platform/config/nearest.js';
import type { Path } from '../platform/config/yaml-document.js';
import { RolewatchError } from '../platform/errors.js';
import { defaultsOf, type ParameterValues, putIn, valueFaults } from './language/parameters.js';
import { type ParsedRule, parseRules, type RuleFile } from './language/parse-rules.js';
import { CLOSED_RULE, type ClosedRule } from './language/rule-schema.js';
import { parseRiskTiers, type SiteRisk, withSiteRisk } from './risk-tiers.js';

/** A rule with the values of its parameters, ready to judge. */
export interface Rule extends ParsedRule, Omit<ClosedRule, 'parameters' | 'tests' | 'when' | 'product'> {
  readonly values: ParameterValues;
  /** SHA-256 over the rule and the values of its parameters, lower-case hex. */
  readonly digest: string;
}

/** A rule that a site does without. */
export interface DisabledRule {
  readonly rule: string;
  readonly reason: string;
}

/** How risky the rights of one product are: the text that ships, and what the site says instead. */
export interface RiskText {
  readonly product: string;
  /** Of `policies/<product>/risk.yaml`. */
  readonly text: string;
  readonly site: SiteRisk | null;
}

/** What a site sets beside the texts of the rules. */
export interface RulesetSettings {
  /** Rule → parameter → value. */
  readonly parameters: Readonly<Record<string, ParameterValues>>;
  readonly disabled: readonly DisabledRule[];
  readonly risk: readonly RiskText[];
  /** Where in a file of configuration something was said; absent: in none. */
  readonly place?: Place | undefined;
}

/** `rolewatch.yaml:12:5` of a path such as `rules.parameters.some-rule`. */
export type Place = (path: Path) => string;

/** Everything that a ruleset is made of, as JSON; the same ruleset can be made from it anywhere (docs/rules.md). */
export interface RulesetDocument {
  readonly form: 1;
  readonly rules: readonly { readonly product: string | null; readonly text: string }[];
  readonly parameters: Readonly<Record<string, ParameterValues>>;
  readonly disabled: readonly DisabledRule[];
  readonly risk: readonly RiskText[];
}

export interface Ruleset {
  /** SHA-256 of the document's RFC 8785 bytes, lower-case hex. */
  readonly digest: string;
  readonly document: RulesetDocument;
  /** In the order of their ids, without the disabled ones. */
  readonly rules: readonly Rule[];
  readonly disabled: readonly DisabledRule[];
  /** By product. */
  readonly tiers: ReadonlyMap<string, RiskTiers>;
  readonly files: readonly RuleFile[];
}

/**
 * The ruleset of some files.
 * @throws RolewatchError config-invalid with every fault of every file, and of the settings
 */
export function rulesetFrom(files: readonly RuleFile[], settings: RulesetSettings): Ruleset {
  const faults: string[] = [];
  const parsed = files.flatMap((file) => {
    try {
      return parseRules(file);
    } catch (error) {
      if (!(error instanceof RolewatchError)) throw error;
      faults.push(error.message);
      return [];
    }
  });
  // with a file that cannot be read, rules may only seem to be missing
  if (faults.length === 0) faults.push(...twiceFaults(parsed), ...settingsFaults(parsed, settings));
  if (faults.length > 0) throw new RolewatchError('config-invalid', faults.join('\n'));
  const document = documentOf(files, settings);
  const off = new Set(document.disabled.map(({ rule }) => rule));
  const rules = parsed
    .filter(({ written }) => !off.has(written.id))
    .map((rule) => withValues(rule, settings.parameters[rule.written.id]))
    .sort((a, b) => byText(a.id, b.id));
  const digest = sha256(canonicalBytes(document)).toString('hex');
  return { digest, document, rules, disabled: document.disabled, tiers: tiersOf(settings.risk), files };
}

/**
 * The ruleset that a stored document stands for.
 * @throws RolewatchError config-invalid: this program does not understand it
 */
export function rulesetFromDocument(document: unknown): Ruleset {
  const read = DOCUMENT.safeParse(document);
  if (!read.success)
    throw new RolewatchError(
      'config-invalid',
      'the stored ruleset is of a form that this program does not know',
    );
  const { rules, parameters, disabled, risk } = read.data;
  const files = rules.map(({ product, text }, i) => ({
    name: `rules[${String(i)}] of the stored ruleset`,
    text,
    product: product ?? undefined,
  }));
  return rulesetFrom(files, { parameters, disabled, risk });
}

const RISK = z.record(z.string(), z.object({ tier: z.enum(RISK_TIERS), reason: z.string() }));
const DOCUMENT = z.strictObject({
  form: z.literal(1),
  rules: z.array(z.strictObject({ product: z.string().nullable(), text: z.string() })),
  parameters: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.array(z.string())]))),
  disabled: z.array(z.strictObject({ rule: z.string(), reason: z.string() })),
  risk: z.array(
    z.strictObject({
      product: z.string(),
      text: z.string(),
      site: z.strictObject({ roles: RISK, permissions: RISK }).nullable(),
    }),
  ),
});

/** The texts in an order that does not depend on where they were found. */
function documentOf(files: readonly RuleFile[], settings: RulesetSettings): RulesetDocument {
  const rules = files.map(({ product, text }) => ({ product: product ?? null, text }));
  return {
    form: 1,
    rules: rules.sort((a, b) => byText(a.product ?? '', b.product ?? '') || byText(a.text, b.text)),
    parameters: settings.parameters,
    disabled: [...settings.disabled].sort((a, b) => byText(a.rule, b.rule)),
    risk: [...settings.risk].sort((a, b) => byText(a.product, b.product)),
  };
}

function tiersOf(risk: readonly RiskText[]): ReadonlyMap<string, RiskTiers> {
  return new Map(
    risk.map(({ product, text, site }) => [
      product,
      withSiteRisk(parseRiskTiers(text, `policies/${product}/risk.yaml`), site ?? undefined),
    ]),
  );
}

/** @param values those that differ from the rule's own */
export function withValues(parsed: ParsedRule, values: ParameterValues = {}): Rule {
  const all = { ...defaultsOf(parsed.written), ...values };
  const { parameters: _, tests: __, when: ___, product: ____, ...closed } = closedRule(parsed, all);
  const { written, product, file, path } = parsed;
  const digest = sha256(canonicalBytes({ rule: written, parameters: all })).toString('hex');
  return { ...closed, written, product, file, path, values: all, digest };
}

function closedRule({ written, file }: ParsedRule, values: ParameterValues): ClosedRule {
  const closed = CLOSED_RULE.safeParse(putIn(written, values));
  if (closed.success) return closed.data;
  const faults = closed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new RolewatchError('config-invalid', `${file}, rule ${written.id}: ${faults.join('; ')}`);
}

function twiceFaults(rules: readonly ParsedRule[]): string[] {
  const first = new Map<string, string>();
  return rules.flatMap(({ written: { id }, file }) => {
    const before = first.get(id);
    first.set(id, before ?? file);
    return before === undefined ? [] : [`${file}: rule ${id} is already in ${before}; an id is used once`];
  });
}

function settingsFaults(rules: readonly ParsedRule[], settings: RulesetSettings): string[] {
  const ids = rules.map(({ written }) => written.id);
  const unknown = (rule: string) => `no rule is called "${rule}"${didYouMean(rule, ids)}`;
  const placed = (path: Path, where: string, fault: string): string =>
    `${settings.place === undefined ? '' : `${settings.place(path)} `}${where}: ${fault}`;
  const disabled = settings.disabled.flatMap(({ rule }, i) =>
    ids.includes(rule)
      ? []
      : [placed(['rules', 'disabled', i, 'rule'], `rules.disabled[${String(i)}].rule`, unknown(rule))],
  );
  const parameters = Object.entries(settings.parameters).flatMap(([id, values]) => {
    const path = ['rules', 'parameters', id];
    const rule = rules.find(({ written }) => written.id === id);
    return rule === undefined
      ? [placed(path, path.join('.'), unknown(id))]
      : overrideFaults(rule, values).map(({ name, fault }) =>
          placed([...path, name], [...path, name].join('.'), fault),
        );
  });
  return [...disabled, ...parameters];
}

function overrideFaults(
  { written }: ParsedRule,
  values: ParameterValues,
): { readonly name: string; readonly fault: string }[] {
  const declared = written.parameters ?? {};
  const names = Object.keys(declared);
  return Object.entries(values).flatMap(([name, value]) => {
    const parameter = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (parameter !== undefined) return valueFaults(parameter, value).map((fault) => ({ name, fault }));
    const known = names.length === 0 ? 'the rule has none' : `the rule has ${names.join(', ')}`;
    return [{ name, fault: `no such parameter${didYouMean(name, names) || `; ${known}`}` }];
  });
}

/** By code units: the same everywhere. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
