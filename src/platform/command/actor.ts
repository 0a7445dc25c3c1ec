import { userInfo } from 'node:os';

/** The person at the keyboard, for the log of actions. In a container the user may have no name, only a number. */
export function operatingSystemActor(): string {
  try {
    return `os:${userInfo().username}`;
  } catch {
    return `os:uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
