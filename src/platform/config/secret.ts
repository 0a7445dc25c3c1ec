import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** A secret that shows itself only to who asks for it by name: never in a log, a message, JSON or a debugger's print. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
