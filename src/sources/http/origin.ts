import { isLoopback } from '../../platform/config/fields.js';
import { RolewatchError } from '../../platform/errors.js';

/** The one place that is ever talked to. @throws RolewatchError config-invalid */
export function checkedOrigin(text: string): string {
  const invalid = (why: string): RolewatchError => new RolewatchError('config-invalid', `url: ${why}`);
  if (!URL.canParse(text)) throw invalid('not a URL; right would be https://core.example.com');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    throw invalid('holds credentials; they belong to where secrets are named');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw invalid('holds more than scheme, host and port');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw invalid(
      'must be https: the credentials would travel readable (http is for this machine itself only)',
    );
  }
  return url.origin;
}
