// What wrapped functions are to TypeScript where decorators are the legacy ones. tsc checks it with `experimentalDecorators`.

import { errorCatcher, timer } from 'procmon';

class Store {
  @timer count = (by: number): number => by;
  @timer({ name: 'x' }) static start = (): void => {};

  @timer
  @errorCatcher({ logToConsole: false })
  async load(id: number): Promise<string> {
    return `${id}`;
  }

  @timer get half(): number {
    return 1;
  }

  @timer({ minDurationMs: 5 }) static *all(): Generator<number> {
    yield 1;
  }

  @timer.callback() fetch(done: (error: Error | null) => void): void {
    done(null);
  }
}

export const loaded: Promise<string> = new Store().load(1);
