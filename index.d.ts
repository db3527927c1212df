import type { EventEmitter } from 'node:events';
import type { ExecEvent, ExitEvent, Header, ProcessInfo, Sample, Snapshot, Warning } from './js/records.js';
import type { ProcessRecord, Summary } from './js/summary.js';

export * from './js/records.js';
export * from './js/summary.js';

/**
 * Starts a command, watches it and everything that it starts, and holds the event loop until it has ended.
 *
 * The handle is awaited for the result, iterated with `for await` for samples, and emits events. A command that cannot
 * be started rejects what is awaited (`ENOENT`, `EACCES`, ...); wrong arguments throw at once.
 *
 * @param command A name that is looked up in `PATH`, or a path. No shell is involved.
 * @param args Its arguments.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`: an argument or option makes no sense.
 * @throws {RangeError} `ERR_OUT_OF_RANGE`: a number is too large, too small or not a whole one.
 */
export function run(command: string, args?: readonly string[] | null, options?: RunOptions): Run;
export function run(command: string, options: RunOptions): Run;

/**
 * Watches a process that runs already, and its descendants, until it ends or `stop()` is called. Holds the event loop
 * only as long as somebody waits for a sample or for `stop()`.
 *
 * @param pid Its number.
 * @throws {ProcmonError} `ESRCH`: there is no such process; `EPERM`: the system hides it from us.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`: an argument or option makes no sense.
 * @throws {RangeError} `ERR_OUT_OF_RANGE`: a number is too large, too small or not a whole one.
 */
export function attach(pid: number, options?: WatchOptions): Monitor;

/**
 * Reads a process and its living descendants once. Counts are totals since each process's birth.
 *
 * @param pid Its number; by default this very process.
 * @throws {ProcmonError} `ESRCH`: there is no such process; `EPERM`: the system hides it from us.
 */
export function snapshot(pid?: number): Snapshot;

/** The named choices of interval, metrics and history that the option `profile` takes. */
export const profiles: Readonly<Record<ProfileName, Profile>>;

/** The version of this package and of its native part. */
export const version: string;

/** What every error of procmon's own is; errors about arguments and aborted signals are Node's kinds. */
export class ProcmonError extends Error {
  readonly name: 'ProcmonError';
  /** Stable: the system's (`ENOENT`, `EACCES`, `ESRCH`, ...) or `ERR_PROCMON_...`; docs/API.md lists each. */
  readonly code: string;
  /** The system's number of the error, negative as in Node. */
  readonly errno?: number;
  /** What was asked of the system: `spawn npm`, `chdir`, `open`, `attach`. */
  readonly syscall?: string;
  /** The file or the command that it concerns. */
  readonly path?: string;
  /** The process that it concerns. */
  readonly pid?: number;
  /** What the command came to, where the option `reject` made an error of it; not enumerable. */
  readonly result?: RunResult;
}

export type ProfileName = 'standard' | 'minimal' | 'intensive' | 'batch' | 'realtime-api' | 'daemon';

/** A named choice. */
export interface Profile {
  /** The fixed interval between samples, in milliseconds. */
  readonly interval: number;
  /** How many samples are kept in memory. */
  readonly history: number;
  /** What is read of each process. */
  readonly metrics: readonly ('cpu' | 'memory' | 'io' | 'threads' | 'fds' | 'delays' | 'pss')[];
  /** Whether its samples are meant to be exported. */
  readonly export: boolean;
  /** What it is for. */
  readonly purpose: string;
}

/** How and for how long to watch. Times are whole milliseconds. */
export interface WatchOptions {
  /** The interval between samples in the first second, 1 to 86,400,000 ms. Default 100. */
  interval?: number | undefined;
  /**
   * The interval from ten seconds on; in between it grows steadily. The same as `interval` for a fixed one, and never less
   * than the interval in force. Default 1000, or `interval` where that is more or a profile is used.
   */
  maxInterval?: number | undefined;
  /** Stop watching after this long, at least 1 ms; a command that was run is then ended. Default: as long as it lives. */
  duration?: number | undefined;
  /** A named choice; `interval`, `maxInterval` and `history` go before it. Default: none. */
  profile?: ProfileName | undefined;
  /** Whether descendants are watched, too. Default true. */
  children?: boolean | undefined;
  /** How many samples are kept in memory, the latest of them: 0 to 1,000,000. Default 1000. */
  history?: number | undefined;
  /** Where to write the recording (JSON Lines, docs/FORMAT.md); a file that is there is replaced. Default: nowhere. */
  outputFile?: string | URL | undefined;
  /**
   * How processes are seen: by the kernel's events and its records of ends (`exact`, needs the right of CAP_NET_ADMIN), by
   * the kernel's events (`events`), by looking for new ones every few milliseconds (`poll`), by tracing every one of them
   * (`trace`: all is exact, and what starts many processes takes longer), or by the best of the first three that works here
   * (`auto`). Default `auto`.
   */
  accounting?: 'auto' | 'exact' | 'events' | 'poll' | 'trace' | undefined;
  /** Whether the bytes of TCP connections are counted, by process where that can be known. Default false. */
  net?: boolean | undefined;
  /** Whether processor time is counted by the names of threads, too. Default false. */
  threads?: boolean | undefined;
}

/** Where a standard stream leads: where ours does, nowhere, or where a file descriptor of this process does. */
export type StdioStream = 'inherit' | 'ignore' | number;

/** How to run a command and how to watch it. */
export interface RunOptions extends WatchOptions {
  /** Its working directory. Default: ours. */
  cwd?: string | URL | undefined;
  /** Its environment, or what is added to ours; a name with `undefined` is left out. Default: nothing is added. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whether `env` is added to `process.env`. Default true. */
  extendEnv?: boolean | undefined;
  /** Where its streams lead, for all three or for each. Pipes are not there yet. Default `inherit`. */
  stdio?: StdioStream | readonly (StdioStream | null | undefined)[] | undefined;
  /** Whether an end other than exit code 0 rejects with `ERR_PROCMON_COMMAND_FAILED`. Default false. */
  reject?: boolean | undefined;
  /** When it is aborted, the command is ended as by `stop()`, and what is awaited rejects with an `AbortError`. */
  signal?: AbortSignal | undefined;
  /**
   * Whether what outlives the command is ended: SIGTERM, and SIGKILL after five seconds. Cannot be asked for with
   * `children: false`. Default false: it is listed.
   */
  reap?: boolean | undefined;
  /** Whether the command is sent SIGTERM when this process exits, or its worker thread is terminated, first. Default true. */
  cleanup?: boolean | undefined;
}

/** What a monitor tells of. */
export interface MonitorEvents {
  /** A process of the tree was born, or was there when the watching began. */
  spawn: [process: ProcessInfo];
  /** A process runs another program. */
  exec: [event: ExecEvent];
  /** A process of the tree ended. */
  exit: [event: ExitEvent];
  /** A sample was taken. */
  sample: [sample: Sample];
  /** Something went wrong with the watching; the processes do not notice. */
  warning: [warning: Warning];
  /** The watching is over and everything has been told. */
  end: [summary: Summary];
}

/** What a run tells of. */
export interface RunEvents extends MonitorEvents {
  /** What awaiting the run rejects with. Emitted only where somebody listens. */
  error: [error: Error];
}

/** What runs and monitors have in common. */
export interface Watch<Events extends Record<keyof Events, unknown[]>> extends EventEmitter<Events> {
  /** The last sample; null before the first. */
  readonly latest: Sample | null;
  /** The samples in memory, oldest first, as many as `history` allows. */
  samples(): Sample[];
  /** The summary of what has been watched so far; null where nothing has been yet. */
  summary(): Summary | null;
  /** Puts a word of yours into the recording, at this moment. */
  mark(text: string): void;
  /**
   * Ends the watching. A command that was run is ended with it: SIGTERM, and SIGKILL after five seconds.
   * Resolves when all is over; called again, it gives the same.
   */
  stop(): Promise<Summary>;
  /**
   * One reader more, which gets each sample from now on. To leave its loop ends that reader and nothing else. One that falls
   * 1000 samples behind loses the oldest, and a `warning` counts them. Where a command could not be started, it throws what
   * awaiting rejects with.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Sample>;
  /** As `stop()`, but never rejects. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A process and its descendants that are being watched. */
export interface Monitor extends Watch<MonitorEvents> {
  /** The number of the root. */
  readonly pid: number;
  /** What is watched, where and how; what cannot be known here is said in `capabilities`. */
  readonly header: Header;
}

/** A command that was started and is being watched; awaited, it gives its result. */
export interface Run extends Watch<RunEvents>, PromiseLike<RunResult> {
  /** The command's number; undefined where it could not be started. */
  readonly pid: number | undefined;
  /** What is watched, where and how; null where it could not be started. */
  readonly header: Header | null;
  /**
   * Sends the command a signal, by name or number. One that asks it to end (SIGTERM, SIGINT, SIGHUP, SIGQUIT) goes to its
   * remaining descendants, too, once it has ended. 0 only asks whether it is there. Default SIGTERM.
   *
   * @returns Whether it was sent; false when the command is known to have ended.
   */
  kill(signal?: NodeJS.Signals | number): boolean;
  then<T = RunResult, U = never>(
    onResult?: ((result: RunResult) => T | PromiseLike<T>) | null,
    onError?: ((reason: unknown) => U | PromiseLike<U>) | null,
  ): Promise<T | U>;
  catch<T = never>(onError?: ((reason: unknown) => T | PromiseLike<T>) | null): Promise<RunResult | T>;
  finally(onEnd?: (() => void) | null): Promise<RunResult>;
}

/** What a command came to. */
export interface RunResult {
  /** The command, as it was given. */
  command: string;
  /** Its arguments, as they were given. */
  args: string[];
  /** Its working directory; null where unknown. */
  cwd: string | null;
  /** Its number. */
  pid: number;
  /** Its exit code; null where a signal ended it. */
  exitCode: number | null;
  /** The signal that ended it; null where it exited. */
  signal: string | null;
  /** Whether it ended in any other way than with exit code 0. */
  failed: boolean;
  /** Whether it was ended because the option `signal` was aborted. */
  isCanceled: boolean;
  /** Whether it was ended because `duration` had passed. */
  timedOut: boolean;
  /** How long it took, in milliseconds. */
  durationMs: number;
  /** What it cost. */
  summary: Summary;
  /** Every process that was seen, in the order of their births. */
  processes: ProcessRecord[];
  /** Those that were alive when the command had ended; with `reap` they have been ended since, where `summary.survivorsReaped` says so. */
  survivors: ProcessRecord[];
  /** The latest samples, as many as `history` allows; parsed when they are looked at. */
  readonly samples: Sample[];
}
