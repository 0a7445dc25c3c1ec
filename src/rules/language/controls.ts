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
const NIST = [
  ['AC-2', 'AC-2(1)', 'AC-2(2)', 'AC-2(3)', 'AC-2(4)', 'AC-2(7)', 'AC-2(12)', 'AC-5'],
  ['AC-6', 'AC-6(1)', 'AC-6(2)', 'AC-6(5)', 'AC-6(7)', 'AC-10'],
  ['AU-9(3)', 'AU-9(4)', 'AU-10', 'AU-12(3)', 'CA-7', 'CM-6', 'IA-2(1)', 'IA-5', 'IA-5(1)'],
].flat();

/** Framework → its known ids; empty: any, because the ids are the site's own. */
export const FRAMEWORKS: ReadonlyMap<string, readonly string[]> = new Map([
  ['NIST 800-53r5', NIST],
  ['ISO 27001:2022', ['A.5.3', 'A.5.15', 'A.5.16', 'A.5.18', 'A.8.2', 'A.8.3', 'A.8.15']],
  ['SOC 2', ['CC6.1', 'CC6.2', 'CC6.3']],
  ['PCI DSS 4.0', ['7.2.1', '7.2.2', '7.2.4', '7.2.5', '7.2.5.1']],
  ['CIS v8.1', ['5.1', '5.4', '5.5', '6.8']],
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
