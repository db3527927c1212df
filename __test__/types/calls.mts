// What wrapped functions are to TypeScript, with standard decorators. tsc checks it; nothing runs it.

import { type CallStatistics, calls, configure, errorCatcher, type FunctionCall, sanitizer, timer } from 'procmon';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_ extends true>() => {};

const add = (a: number, b: number): number => a + b;
same<Same<ReturnType<typeof wrappedAdd>, number>>();
const wrappedAdd = timer(add);
same<Same<typeof wrappedAdd, typeof add>>();
const named = timer(add, { name: 'sum', resultsFormat: null, level: 'silent', sampleRate: 0.5 });
same<Same<typeof named, typeof add>>();
const withOptions = timer({ trackResources: false, onRecord: (record: FunctionCall) => record.cpuUserNs?.toFixed() })(
  add,
);
same<Same<typeof withOptions, typeof add>>();
const withoutAny = timer()(add);
same<Same<typeof withoutAny, typeof add>>();

function first<T>(items: readonly T[]): T | undefined;
function first(text: string): string;
function first(given: readonly unknown[] | string): unknown {
  return given[0];
}
const wrappedFirst = timer(first);
const item: number | undefined = wrappedFirst([1]);
const letter: string = wrappedFirst('a');

class Shape {
  constructor(readonly sides: number) {}
  static of(sides: number): Shape {
    return new Shape(sides);
  }
}
const TimedShape = timer(Shape);
const sides: number = new TimedShape(3).sides + TimedShape.of(4).sides;

function total(this: { price: number }, count: number): number {
  return this.price * count;
}
timer(total).call({ price: 1 }, 2);
// @ts-expect-error: `this` is what it was
timer(total).call({}, 2);
// @ts-expect-error: it takes no text
wrappedAdd('a', 'b');
// @ts-expect-error: there is no such option
timer({ logFile: true });
// @ts-expect-error: there is no such format
timer(add, { resultsFormat: 'xlsx' });
// @ts-expect-error: a number is no function
timer(5);

const parse = (text: string): { a: number } => JSON.parse(text);
const rethrowing = errorCatcher(parse);
same<Same<typeof rethrowing, typeof parse>>();
const safe = errorCatcher({ rethrow: false, fallback: null })(parse);
same<Same<ReturnType<typeof safe>, { a: number } | null>>();
const direct = errorCatcher(parse, { rethrow: false, fallback: (error: unknown) => String(error) });
same<Same<ReturnType<typeof direct>, { a: number } | string>>();
const later = errorCatcher(async (id: number) => id, { rethrow: false, fallback: 'none' as const });
same<Same<ReturnType<typeof later>, Promise<number | 'none'>>>();
const silent = errorCatcher(parse, { rethrow: false });
same<Same<ReturnType<typeof silent>, { a: number } | undefined>>();
const silentLater = errorCatcher({ rethrow: false })(async (id: number) => id);
same<Same<ReturnType<typeof silentLater>, Promise<number | undefined>>>();
const stacked = errorCatcher(timer(async (id: number) => id));
same<Same<ReturnType<typeof stacked>, Promise<number>>>();

const read = timer.callback((path: string, done: (error: Error | null, text?: string) => void) => done(null, path));
read('a', (error, text) => error?.message ?? text?.length);

class Store {
  @timer count = (by: number): number => by;
  @timer({ name: 'x' }) static start = (): void => {};
  @timer accessor size = 1;

  @timer
  @errorCatcher({ logToConsole: false })
  async load(id: number): Promise<string> {
    return `${id}`;
  }

  @timer get half(): number {
    return this.size / 2;
  }

  @timer({ minDurationMs: 5 }) set half(value: number) {
    this.size = value * 2;
  }

  @timer static *all(): Generator<number, string, boolean> {
    const more: boolean = yield 1;
    return `${more}`;
  }

  @timer.callback() fetch(done: (error: Error | null) => void): void {
    done(null);
  }

  @timer #secret(): number {
    return this.size;
  }

  @timer static #hidden(): number {
    return 1;
  }

  @errorCatcher({ rethrow: false }) close(): void {}

  // @ts-expect-error: a number is no function
  @timer width = 1;

  // @ts-expect-error: where it throws there is no number
  @errorCatcher({ rethrow: false }) left(): number {
    return this.size;
  }

  open(): number {
    return this.#secret() + Store.#hidden();
  }
}
const loaded: Promise<string> = new Store().load(1);

{
  using block = timer.block('stretch');
  block.fail(new Error('x'));
}
configure({ sanitize: sanitizer, logDir: 'out', logger: console });
const flushed: Promise<void> = calls.flush();
const statistics: CallStatistics = calls.stats();

export { flushed, item, letter, loaded, sides, statistics };
