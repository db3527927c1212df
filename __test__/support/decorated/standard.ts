// Members that standard decorators alone can stand on.

import { type TimerOptions, timer } from 'procmon';

export function vaultOf(options: TimerOptions) {
  return class Vault {
    @timer(options) accessor level = 1;

    @timer(options) #open(): number {
      return this.level;
    }

    @timer(options) static #hidden(): string {
      return 'hidden';
    }

    @timer(options) static *[Symbol.iterator](): Generator<number> {
      yield 1;
    }

    @timer(options) set code(value: number) {
      this.level = value;
    }

    @timer(options) #field = (): string => 'field';

    use(): number {
      return this.#open();
    }

    field(): string {
      return this.#field();
    }

    static peek(): string {
      return Vault.#hidden();
    }
  };
}
