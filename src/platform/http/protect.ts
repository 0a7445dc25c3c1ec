import { BlockList, isIP } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { ignoreBody } from './ignored-body.js';
import { isLoopbackAddress } from './local.js';
import { isOwnHost } from './own-host.js';

/** How the service is reached. */
export interface Reach {
  /** Its own host names besides those of this machine; null: only this machine is answered. */
  readonly hosts: readonly string[] | null;
  /** Whose forwarded headers count: addresses, or networks such as 10.0.0.0/8. */
  readonly trustedProxies: readonly string[];
  /** Nothing in the clear is taken from elsewhere than the proxies. */
  readonly onlyThroughProxies: boolean;
  /** Hash of the one style sheet that our pages have, as a CSP source. */
  readonly styleHash: string;
}

const MOST_BODY = '64kb';
/** These say nothing, and whoever watches a container asks them by its address. */
const OPEN_PATHS = ['/health/live', '/health/ready'];

/** What holds for every request before a route is looked for. */
export function protect(app: NestExpressApplication, reach: Reach): void {
  // every query value is a text or, given twice, a list of texts: no objects out of brackets
  app.set('query parser', 'simple');
  if (reach.trustedProxies.length > 0) app.set('trust proxy', [...reach.trustedProxies]);
  app.use(helmet(policyOf(reach.styleHash)));
  const proxies = networksOf(reach.trustedProxies);
  app.use((request: Request, response: Response, next: NextFunction) => {
    response.setHeader('cache-control', 'no-store');
    if (OPEN_PATHS.includes(request.path)) next();
    else if (!isOwnHost(request.headers.host, reach.hosts)) response.status(421).end();
    else if (reach.onlyThroughProxies && !comesFrom(proxies, request.socket.remoteAddress))
      response.status(403).json({ error: { code: 'forbidden', message: 'ask through the proxy' } });
    else next();
  });
  app.use(ignoreBody);
  app.useBodyParser('json', { limit: MOST_BODY });
}

function policyOf(styleHash: string): Parameters<typeof helmet>[0] {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: [`'${styleHash}'`],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
  };
}

function networksOf(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function comesFrom(proxies: BlockList, address: string | undefined): boolean {
  if (address === undefined) return false;
  return isLoopbackAddress(address) || proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
