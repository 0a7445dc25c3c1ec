import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { hasCode } from './errors.js';

/** This process, as others on the same machine can look it up: `host/pid`. */
export function thisProcess(): string {
  return `${hostname()}/${String(process.pid)}`;
}

/** The same, told from every other that had or will have this number. */
export function thisProcessOnly(): string {
  return `${thisProcess()}/${NONCE}`;
}

/** One who works in this process, told from every other in it and elsewhere. */
export function someoneHere(): string {
  return `${thisProcess()}/${randomBytes(6).toString('hex')}`;
}

const NONCE = randomBytes(6).toString('hex');

/** Whether a process of this machine is certainly no more. Of other machines nothing is certain. */
export function isGone(holder: string): boolean {
  const [host, pid] = holder.split('/');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0); // 0 is no signal: it only asks
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}
