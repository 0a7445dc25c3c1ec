/** How a route names rules: by id, or several at once with `*` for any characters. */

/** Whether a rule's id is what a pattern says. */
export function namesRule(pattern: string, rule: string): boolean {
  if (!pattern.includes('*')) return pattern === rule;
  const literal = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('.*')}$`).test(rule);
}
