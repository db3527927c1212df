// Functions that are timed or watched for errors: what each call took, cost and threw. docs/FUNCTIONS.md tells how.

import type { CallFields } from './call-record.js';

/** What can be wrapped. */
export type Callable = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** What is told of errors and calls, a line each. */
export interface CallLogger {
  info(...args: never[]): unknown;
  error(...args: never[]): unknown;
}

/** What is thought of one call, and where it goes. Global defaults are set with `configure`. */
export interface TimerOptions {
  /** Whether anything is recorded. Default true. An `errorCatcher` answers errors with its fallback in either case. */
  readonly enabled?: boolean | undefined;
  /** What records call it. Default: its own name, after that of its class where it is a member. */
  readonly name?: string | null | undefined;
  /** Whether a line goes to stderr. Default true; a `logger` is told in either case. */
  readonly logToConsole?: boolean | undefined;
  /** Whether calls go to `timing.log`, and errors to the error log. Default true. */
  readonly logToFile?: boolean | undefined;
  /** Whether processor time, memory, garbage collection and the event loop are read. Default true. */
  readonly trackResources?: boolean | undefined;
  /** How many characters of the arguments are kept, together; null for all. Default 1000. */
  readonly maxArgLength?: number | null | undefined;
  /**
   * Applied to every text that is logged. Where it throws or gives no string, `[sanitizer failed]` stands there. `sanitizer`
   * masks common secrets.
   */
  readonly sanitize?: ((text: string) => string) | null | undefined;
  /** The table with a row for each call, beside the logs; null for none. */
  readonly resultsFormat?: 'csv' | 'parquet' | 'jsonl' | null | undefined;
  /** The folder of all these files. Default `logs`, in the folder that the process is in when it is first needed. */
  readonly logDir?: string | URL | undefined;
  /** The log of errors. Default `error.log` in that folder. */
  readonly errorLogFile?: string | URL | null | undefined;
  /** How large a log gets before it is rotated, in bytes. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
  /** How many rotated logs are kept, 1000 at most. Default 5. */
  readonly backupCount?: number | undefined;
  /** What is below goes neither to the console nor to the logs: a call that returned is `info`, one that threw `error`. Default `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent' | undefined;
  /** The part of calls that are recorded, from 0 to 1. Errors that are caught are always recorded. Default 1. */
  readonly sampleRate?: number | undefined;
  /** Calls that took less and did not throw are not recorded, in milliseconds. Default 0. */
  readonly minDurationMs?: number | undefined;
  /** Is given each record. */
  readonly onRecord?: ((record: FunctionCall) => void) | null | undefined;
  /** Takes the lines instead of stderr: pino, winston, `console` or one's own. */
  readonly logger?: CallLogger | null | undefined;
}

/** The same for errors. */
export interface ErrorCatcherOptions extends TimerOptions {
  /** Whether the caller gets the very error that was thrown. Default true. */
  readonly rethrow?: boolean | undefined;
  /**
   * What the caller gets instead where `rethrow` is false: a value, or a function of the error and the arguments that gives one.
   * What that throws takes the place of the error.
   */
  readonly fallback?: unknown;
}

/** One call by the clock: a line of `timing.log` and of the error log. What `onRecord` gets has no garbage collections yet. */
export interface FunctionCall extends CallFields {
  /** `info` of a call that returned, `error` of one that threw, `warn` of one that was unfinished. */
  level: 'debug' | 'info' | 'warn' | 'error';
  /** When it began by the clock on the wall, in ISO 8601. */
  startedAt: string;
  /** When it began by the monotonic clock of the system. */
  startedMonotonicNs: number;
  /** When it ended by that clock. */
  endedMonotonicNs: number;
}

/**
 * A function that wraps, and a decorator of both kinds: the standard one, and TypeScript's and Babel's legacy one. What is
 * wrapped keeps its type, and its `this`, name, length, prototype and properties.
 */
export interface CallWrapper {
  <Method extends (...args: never[]) => unknown>(method: Method, context: ClassMethodDecoratorContext): Method;
  <This, Value>(
    getter: (this: This) => Value,
    context: ClassGetterDecoratorContext<This, Value>,
  ): (this: This) => Value;
  <This, Value>(
    setter: (this: This, value: Value) => void,
    context: ClassSetterDecoratorContext<This, Value>,
  ): (this: This, value: Value) => void;
  <This, Value>(
    accessor: ClassAccessorDecoratorTarget<This, Value>,
    context: ClassAccessorDecoratorContext<This, Value>,
  ): ClassAccessorDecoratorResult<This, Value>;
  <This, Value extends Callable>(
    field: undefined,
    context: ClassFieldDecoratorContext<This, Value>,
  ): (this: This, value: Value) => Value;
  /** A method or an accessor, in the legacy way. */
  <Value>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Value>,
  ): TypedPropertyDescriptor<Value>;
  /** A field, in the legacy way, where it is assigned and not defined (`useDefineForClassFields: false`). */
  (target: object, key: string | symbol, descriptor?: undefined): void;
  <Fn extends Callable>(fn: Fn): Fn;
}

/** A `CallWrapper` that can be given options, or is asked for one that has them. */
export interface CallTool<Options> extends CallWrapper {
  <Fn extends Callable>(fn: Fn, options: Options | undefined): Fn;
  /** `nothing` keeps it from being taken for a decorator of members that cannot be wrapped. */
  (options?: Options, ...nothing: never[]): CallWrapper;
}

/** A stretch of code that is timed. */
export interface TimedBlock extends Disposable {
  /** It is over. Only the first end counts. */
  end(): void;
  /** It is over, and this is why. */
  fail(error: unknown): void;
  /** As `end()`, for `using`. */
  [Symbol.dispose](): void;
}

/** Records what each call takes. */
export interface Timer extends CallTool<TimerOptions> {
  /**
   * The same for functions that end when they call back: the last argument that is a function is the callback, and where it is
   * called with an error first, the call counts as one that threw.
   */
  readonly callback: CallTool<TimerOptions>;
  /**
   * The same for a stretch of code, from here on. Calls that are made in it have it as their parent. It belongs to the code
   * around it as well: what runs beside others is told apart where it is a function of its own that is timed.
   */
  block(name: string, options?: TimerOptions): TimedBlock;
}

/** What an error is answered with. */
export type FallbackValue<Fallback> = Fallback extends (...args: never[]) => infer Value ? Value : Fallback;

/** What a function gives that answers errors with something else. */
export type OrFallback<Result, Fallback> =
  Result extends Promise<infer Value>
    ? Promise<Value | Awaited<FallbackValue<Fallback>>>
    : Result extends Generator<infer Item, infer Last, infer Sent>
      ? Generator<Item, Last | FallbackValue<Fallback>, Sent>
      : Result extends AsyncGenerator<infer Item, infer Last, infer Sent>
        ? AsyncGenerator<Item, Last | Awaited<FallbackValue<Fallback>>, Sent>
        : Result | FallbackValue<Fallback>;

/** A function whose errors are answered with something else. */
export type WithFallback<Fn, Fallback> = Fn extends (this: infer This, ...args: infer Args) => infer Result
  ? (this: This, ...args: Args) => OrFallback<Result, Fallback>
  : Fn;

/** Options that answer errors with something else. */
export interface FallbackOptions<Fallback> extends ErrorCatcherOptions {
  readonly rethrow: false;
  readonly fallback: Fallback;
}

/** Options that swallow errors: the caller gets undefined. */
export interface SilencingOptions extends ErrorCatcherOptions {
  readonly rethrow: false;
  readonly fallback?: undefined;
}

/** Wraps functions whose errors are answered with something else. */
export type FallbackWrapper<Fallback> = (<Fn extends (...args: never[]) => unknown>(
  fn: Fn,
) => WithFallback<Fn, Fallback>) &
  CallWrapper;

/** Records what calls throw, and throws the very same. */
export interface ErrorCatcher extends CallTool<ErrorCatcherOptions> {
  <Fn extends (...args: never[]) => unknown, Fallback>(
    fn: Fn,
    options: FallbackOptions<Fallback>,
  ): WithFallback<Fn, Fallback>;
  <Fn extends (...args: never[]) => unknown>(fn: Fn, options: SilencingOptions): WithFallback<Fn, undefined>;
  <Fallback>(options: FallbackOptions<Fallback>): FallbackWrapper<Fallback>;
  (options: SilencingOptions): FallbackWrapper<undefined>;
  /** The same for functions that end when they call back, with an error first where there is one. */
  readonly callback: CallTool<ErrorCatcherOptions>;
}

/** What has become of the calls of this thread. */
export interface CallStatistics {
  /** How many were recorded. */
  recorded: number;
  /** How many of them were handed to the logs. */
  pushed: number;
  /** How many of them have been written. */
  written: number;
  /** How many were not, since there was no room left in the queue. */
  dropped: number;
  /** How many sessions watch this process. */
  sessions: number;
  /** How often a sanitizer threw or gave no text. */
  sanitizerFailures: number;
}

/** Times functions. */
export const timer: Timer;

/** Watches functions for errors. */
export const errorCatcher: ErrorCatcher;

/** Masks common secrets: tokens, passwords in URLs, JSON Web Tokens, webhooks, e-mail addresses. For the option `sanitize`. */
export const sanitizer: (text: string) => string;

/**
 * Sets what options are where a timer or an error catcher says nothing, in this thread, also for what is wrapped already. What is
 * not named keeps what was set before; null takes all of it back.
 */
export function configure(options: Omit<ErrorCatcherOptions, 'name'> | null): void;

/** The logs of calls. */
export const calls: {
  /** Waits until every call that has ended is on disk. */
  flush(): Promise<void>;
  /** How many there have been. */
  stats(): CallStatistics;
};
