// Members that every kind of decorator can stand on. A test translates it in each way and runs it.

import { errorCatcher, type TimerOptions, timer } from 'procmon';

export function storeOf(options: TimerOptions) {
  class Store {
    size = 2;

    @timer(options) double = (by: number): number => this.size * by;

    @timer(options) static start = (): string => 'started';

    @errorCatcher(options)
    @timer(options)
    async load(id: number): Promise<string> {
      if (id < 0) throw new RangeError(`no ${id}`);
      return `${id} of ${this.size}`;
    }

    @timer(options)
    *items(): Generator<number> {
      yield this.size;
    }

    @timer(options)
    get half(): number {
      return this.size / 2;
    }

    set half(value: number) {
      this.size = value * 2;
    }

    @timer({ ...options, name: 'made' })
    static of(size: number): Store {
      const store = new Store();
      store.size = size;
      return store;
    }

    @timer.callback(options)
    read(done: (error: Error | null, size: number) => void): void {
      done(null, this.size);
    }
  }
  class Shop extends Store {}
  return { Store, Shop };
}

export class Plain {
  @timer bare(): Plain {
    return this;
  }

  @errorCatcher fails(): never {
    throw new TypeError('as ever');
  }
}
