/** The controls that rules cite, by framework. The list of frameworks is closed; what rules may cite of each is checked by lint. */

const DISA_EPMM = ['IMIC-11-000100', 'IMIC-11-004200', 'MICR-10-000590'];
const DISA_UEM = [
  'SRG-APP-000024',
  'SRG-APP-000025',
  'SRG-APP-000026',
  'SRG-APP-000027',
  'SRG-APP-000028',
  'SRG-APP-000029',
  'SRG-APP-000090',
  'SRG-APP-000151-UEM-000085',
  'SRG-APP-000291-UEM-000165',
  'SRG-APP-000292-UEM-000166',
  'SRG-APP-000293-UEM-000167',
  'SRG-APP-000294-UEM-000168',
  'SRG-APP-000319',
  'SRG-APP-000329-UEM-000202',
  'SRG-APP-000495',
  'SRG-APP-000499',
];
/** `AC-1` … `AC-25` */
function series(prefix: string, last: number, suffix = ''): string[] {
  return Array.from({ length: last }, (_, i) => `${prefix}${String(i + 1)}${suffix}`);
}

const NIST = [
  ...[series('AC-', 25), series('AU-', 16), series('CA-', 9), series('CM-', 14), series('IA-', 12)].flat(),
  ...[
    series('AC-2(', 13, ')'),
    series('AC-3(', 15, ')'),
    series('AC-6(', 10, ')'),
    series('AC-17(', 10, ')'),
  ].flat(),
  ...[
    series('AU-6(', 10, ')'),
    series('AU-9(', 7, ')'),
    series('AU-12(', 4, ')'),
    series('CA-7(', 6, ')'),
  ].flat(),
  ...[series('CM-5(', 7, ')'), series('IA-2(', 13, ')'), series('IA-5(', 18, ')'), series('PS-', 9)].flat(),
];
const ISO = [series('A.5.', 37), series('A.6.', 8), series('A.7.', 14), series('A.8.', 34)].flat();
const SOC = [series('CC6.', 8), series('CC7.', 5), series('CC8.', 1)].flat();
const PCI = [
  ...[series('7.1.', 2), series('7.2.', 6), series('7.3.', 3), series('8.2.', 8), series('8.3.', 11)].flat(),
  ...[series('8.6.', 3), '7.2.5.1'].flat(),
];

/** Framework → its known ids; empty: any, because the ids are the site's own. */
export const FRAMEWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['NIST 800-53r5', NIST],
  ['ISO 27001:2022', ISO],
  ['SOC 2', SOC],
  ['PCI DSS 4.0', PCI],
  ['CIS v8.1', [...series('5.', 6), ...series('6.', 8)]],
  ['DISA STIG', DISA_EPMM],
  ['DISA SRG', DISA_UEM],
  ['Site', []],
]);

export interface Control {
  readonly framework: string;
  readonly id: string;
}

/** `NIST 800-53r5 AC-6(5)` taken apart; undefined where it does not begin with a known framework. */
export function controlOf(text: string): Control | undefined {
  for (const framework of FRAMEWORKS.keys()) {
    if (text.startsWith(`${framework} `)) return { framework, id: text.slice(framework.length + 1).trim() };
  }
  return undefined;
}
