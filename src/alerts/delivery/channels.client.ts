import { allOrEveryFault, readCertificates, readSecret } from '../../platform/config/read-references.js';
import type { AlertsConfig, HookConfig, SmtpConfig } from '../alerts-config.js';
import type { Channel } from './channel.js';
import { HookClient, type HookSecrets } from './hook.client.js';
import { MailClient, type SmtpSecrets } from './mail.client.js';

/** Every way out that the configuration names. */
export function channelsOf({ smtp, hooks }: AlertsConfig, onStep?: (step: string) => void): Channel[] {
  return [
    ...(smtp === null ? [] : [mailOf(smtp, onStep)]),
    ...hooks.map(
      (config, i) =>
        new HookClient({ config, secrets: () => hookSecrets(config, i), now: () => Date.now() / 1_000 }),
    ),
  ];
}

function mailOf(config: SmtpConfig, onStep: ((step: string) => void) | undefined): Channel {
  return new MailClient({ config, secrets: () => smtpSecrets(config), ...(onStep && { onStep }) });
}

/**
 * Whether everything is there that this part of the configuration names: told at start rather than with the first alert.
 * @throws RolewatchError config-invalid with all that is missing
 */
export async function checkAlertReferences({ smtp, hooks }: AlertsConfig): Promise<void> {
  const reads = [
    ...(smtp === null ? [] : smtpReads(smtp)),
    ...hooks.flatMap((hook, i) => hookReads(hook, i)),
  ];
  await allOrEveryFault(reads);
}

async function smtpSecrets(config: SmtpConfig): Promise<SmtpSecrets> {
  const [password, caPem] = await allOrEveryFault(smtpReads(config));
  return { password, caPem };
}

function smtpReads({ password, caFile }: SmtpConfig) {
  return [
    password === null
      ? Promise.resolve(null)
      : readSecret({ at: 'alerts.smtp.password', reference: password }),
    readPem(caFile, 'alerts.smtp.caFile'),
  ] as const;
}

async function hookSecrets(config: HookConfig, no: number): Promise<HookSecrets> {
  const [secret, caPem] = await allOrEveryFault(hookReads(config, no));
  return { secret, caPem };
}

function hookReads({ secret, caFile }: HookConfig, no: number) {
  const at = `alerts.hooks[${no}]`;
  return [readSecret({ at: `${at}.secret`, reference: secret }), readPem(caFile, `${at}.caFile`)] as const;
}

function readPem(file: string | null, at: string): Promise<string | undefined> {
  return file === null ? Promise.resolve(undefined) : readCertificates(file, at);
}
