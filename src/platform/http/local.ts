import type { Request } from 'express';
import { isLoopbackHost } from './own-host.js';

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];
const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/;

export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && LOOPBACK_ADDRESS.test(address);
}

/** Whether somebody on this machine asks, and for nobody else: where a proxy is declared, nobody can be told from it. */
export function isLocal(request: Request): boolean {
  return (
    !request.app.get('trust proxy') &&
    isLoopbackAddress(request.socket.remoteAddress) &&
    isLoopbackHost(request.headers.host) &&
    FORWARDED.every((name) => request.headers[name] === undefined)
  );
}
