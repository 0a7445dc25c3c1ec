/** What a reader of an alert does next: one sentence, and commands that can be typed as they stand. */
import type { AlertKind } from '../alert.js';
import type { AlertView } from '../alert-view.js';
import { shellWord } from './safe-text.js';

export interface NextStep {
  readonly text: string;
  readonly command?: string;
}

export function nextStep(source: string, seq: number, alert: AlertView): NextStep {
  return STEPS[alert.kind]({ source, seq, alert });
}

interface Asked {
  readonly source: string;
  readonly seq: number;
  readonly alert: AlertView;
}

const drift = ({ source, seq }: Asked): string =>
  seq > 1 ? `rolewatch drift ${source} --from ${seq - 1} --to ${seq}` : `rolewatch access ${source}`;
const access = ({ source, alert }: Asked): string =>
  alert.role ? `rolewatch access ${source} --role ${shellWord(alert.role.id)}` : `rolewatch access ${source}`;

const WANTED =
  'Ask who wanted this. If nobody did, take it away in the console and treat the account as stolen.';

const gain = (asked: Asked): NextStep => ({ text: WANTED, command: drift(asked) });
const finding = ({ source }: Asked): NextStep => ({
  text: 'Take away what is not needed, or accept it with a reason and an end.',
  command: `rolewatch findings ${source}`,
});

const STEPS: Readonly<Record<AlertKind, (asked: Asked) => NextStep>> = {
  'first-read': ({ source }) => ({
    text: 'Go through the list: everybody on it should be there for a reason that somebody can name.',
    command: `rolewatch access ${source}`,
  }),
  'principal-appeared': gain,
  'right-gained': gain,
  'members-gained': (asked) => ({
    text: 'Look in the directory who joined: each of them holds what the group holds.',
    command: drift(asked),
  }),
  'role-defined': (asked) => ({
    text: 'Ask who made the role and for whom, before anybody is given it.',
    command: access(asked),
  }),
  'role-redefined': (asked) => ({
    text: 'Everybody who holds the role can do this now. Ask whether an upgrade or a person changed it.',
    command: access(asked),
  }),
  'protective-lost': (asked) => ({
    text: 'Give it back, unless somebody can say why not.',
    command: drift(asked),
  }),
  'last-holder-lost': (asked) => ({
    text: 'Make sure that somebody can still administer the system.',
    command: drift(asked),
  }),
  'built-in-holds-role': (asked) => ({
    text: 'A built-in account never needs a role: take it away, and find out who gave it.',
    command: drift(asked),
  }),
  'list-held': ({ source, alert }) => ({
    text: 'Nothing was closed. If they are really gone, release it:',
    command: `rolewatch accept-shrink ${source} --stream ${shellWord(alert.stream ?? '')} --scope ${shellWord(alert.scopes?.[0]?.key ?? '-')} --expect ${alert.count ?? 0} --reason REASON`,
  }),
  'finding-opened': finding,
  'finding-reopened': finding,
  'run-failed': ({ source }) => ({
    text: 'The last good snapshot stands. You hear again if this goes on for two intervals.',
    command: `rolewatch run ${source}`,
  }),
  'source-paused': ({ source }) => ({
    text: 'Put the credentials right first: a wrong password tried again locks the account.',
    command: `rolewatch resume ${source}`,
  }),
  'source-silent': ({ source }) => ({
    text: 'What changes meanwhile is seen only when the source is read again, with a wider window.',
    command: `rolewatch coverage ${source}`,
  }),
  'retention-failing': () => ({
    text: 'Nothing is lost: what should be deleted by now is still there. See what the last runs said.',
    command: 'rolewatch retention',
  }),
};
