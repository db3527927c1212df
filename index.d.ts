/// <reference types="node" />
import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type {
  Aggregate,
  AggregateOptions,
  CompareOptions,
  Peaks,
  PeaksOptions,
  ProcessTreeOptions,
  Utilisation,
} from './js/analysis.js';
import type { CallRecord } from './js/call-record.js';
import type { Comparison } from './js/comparison.js';
import type { Exporter, ExporterOptions } from './js/exporter.js';
import type { ProcessTreeAnalysis } from './js/family.js';
import type { Accounting, Profile, ProfileName, RunOptions, WatchOptions } from './js/options.js';
import type {
  Capabilities,
  ExecEvent,
  ExitEvent,
  Header,
  Host,
  Mark,
  ProcessInfo,
  ProcessTree,
  RecordedEnd,
  RecordedEvent,
  Sample,
  Snapshot,
  Warning,
} from './js/records.js';
import type { ProcessRecord, Summary } from './js/summary.js';

export * from './js/analysis.js';
export * from './js/call-record.js';
export * from './js/call-summary.js';
export * from './js/calls.js';
export * from './js/comparison.js';
export * from './js/exporter.js';
export * from './js/exporters.js';
export * from './js/family.js';
export * from './js/options.js';
export * from './js/records.js';
export * from './js/summary.js';

/**
 * Starts a command, watches it and everything that it starts, and holds the event loop until it has ended.
 *
 * The handle is awaited for the result, iterated with `for await` for samples, and emits events. A command that cannot
 * be started rejects what is awaited (`ENOENT`, `EACCES`, ...); wrong arguments throw at once.
 *
 * @param command A name that is looked up in `PATH`, or a path; with the option `shell` a line for that.
 * @param args Its arguments.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`: an argument or option makes no sense.
 * @throws {RangeError} `ERR_OUT_OF_RANGE`: a number is too large, too small or not a whole one.
 * @throws {Error} `ERR_ACCESS_DENIED`: Node's permission model forbids to start processes, or to write the file.
 */
export function run(command: string, args?: readonly string[] | null, options?: RunOptions): Run;
export function run(command: string, options: RunOptions): Run;

/**
 * Runs a command to its end and gives its exit code and the handle that watched it, all in one call.
 *
 * @param command The command and its arguments, or a line for a shell unless `shell` is false.
 * @returns The exit code, null where a signal ended the command, and the handle with its summary and samples. Rejects as
 *   awaiting a `Run` does.
 */
export function executeWithMonitoring(
  command: string | readonly string[],
  options?: RunOptions,
): Promise<[exitCode: number | null, monitor: Run]>;

/**
 * Watches a process that runs already, and its descendants, until it ends or `stop()` is called. Holds the event loop
 * only as long as somebody waits for a sample or for `stop()`.
 *
 * @param pid Its number.
 * @throws {ProcmonError} `ESRCH`: there is no such process; `EPERM`: the system hides it from us; `ERR_PROCMON_UNSUPPORTED`:
 *   this accounting cannot be had here; `ENOENT`, `EACCES`, ...: `outputFile` cannot be opened;
 *   `ERR_PROCMON_OUTPUT_IN_USE`: another run is writing to it.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`: an argument or option makes no sense.
 * @throws {RangeError} `ERR_OUT_OF_RANGE`: a number is too large, too small or not a whole one.
 * @throws {Error} `ABORT_ERR`: the option `signal` has been aborted already; `ERR_ACCESS_DENIED`: as of `run`.
 */
export function attach(pid: number, options?: WatchOptions): Monitor;

/**
 * Reads a process and its living descendants once. Counts are totals since each process's birth.
 *
 * @param pid Its number; by default this very process.
 * @throws {ProcmonError} `ESRCH`: there is no such process; `EPERM`: the system hides it from us.
 */
export function snapshot(pid?: number): Snapshot;

/** The same reading, each process inside its parent. What `pid` is, and what is thrown, is as of `snapshot`. */
export function tree(pid?: number): ProcessTree;

/**
 * What a session could know on this machine, with these permissions: does what a session does before it begins, its
 * self-test included, which takes some milliseconds. `exact` and `refused` are of a session that attaches.
 *
 * @throws {ProcmonError} `ERR_PROCMON_UNSUPPORTED`: this accounting cannot be had here; the message says why.
 */
export function capabilities(options?: { accounting?: Accounting | undefined }): Capabilities & { host: Host };

/**
 * A recording in memory, as `load` gives it. Each kind of record is parsed when it is first looked at.
 */
export class Recording {
  private constructor();
  /** The lines of the recording, as procmon writes them. */
  readonly bytes: Buffer;
  /** What was watched, where and how. */
  readonly header: Header;
  /** The samples, in order. */
  readonly samples: Sample[];
  /** Births, execs and ends, in order. */
  readonly events: RecordedEvent[];
  /** What went wrong with the watching, and what was wrong with the file. */
  readonly warnings: Warning[];
  /** Words of the user's. */
  readonly marks: Mark[];
  /** Timed calls of functions, in the order in which they were told. */
  readonly calls: CallRecord[];
  /** How it ended; null where the recording was cut. */
  readonly end: RecordedEnd | null;
}

/** A recording: its path or URL, one that was loaded, or samples, of which nothing more is known. */
export type RecordingInput = string | URL | Recording | readonly Sample[];

/**
 * Loads a recording whole: procmon's own in JSON Lines or as a JSON document, denet's, and any of them packed with gzip. What
 * kind it is shows in what it begins with.
 *
 * @param options `metadata: false` gives the samples alone.
 * @throws {ProcmonError} `ENOENT`, ...: the file cannot be read; `ERR_PROCMON_INVALID_RECORDING`: it is empty, no recording, or
 *   of a newer format.
 */
export function load(path: string | URL, options?: { metadata?: true | undefined }): Promise<Recording>;
export function load(path: string | URL, options: { metadata: false }): Promise<Sample[]>;

/*
 * Each of these is worked out on a thread of its own; its twin in -Sync does it at once, which is for small recordings. What
 * they reject with, or throw: as `load`; `ERR_INVALID_ARG_VALUE` where an option makes no sense to what is asked, and
 * `ERR_OUT_OF_RANGE` where a number is none that it can be.
 */

/** What the recorded run cost: of a file in memory that does not grow with it. */
export function summarize(recording: RecordingInput): Promise<Summary>;
export function summarizeSync(recording: RecordingInput): Summary;

/** The samples, window by window. */
export function aggregate(recording: RecordingInput, options: AggregateOptions): Promise<Aggregate>;
export function aggregateSync(recording: RecordingInput, options: AggregateOptions): Aggregate;

/** When a number was high, and which processes made it so. */
export function findPeaks(recording: RecordingInput, options: PeaksOptions): Promise<Peaks>;
export function findPeaksSync(recording: RecordingInput, options: PeaksOptions): Peaks;

/** How well the run used the machine, its serial tail and its phases. */
export function resourceUtilization(recording: RecordingInput): Promise<Utilisation>;
export function resourceUtilizationSync(recording: RecordingInput): Utilisation;

/** Every process below the one that started it, roll-ups, and the chain of processes that set the run's time. */
export function processTree(recording: RecordingInput, options?: ProcessTreeOptions): Promise<ProcessTreeAnalysis>;
export function processTreeSync(recording: RecordingInput, options?: ProcessTreeOptions): ProcessTreeAnalysis;

/**
 * What changed from one run, or set of runs, to another. Verdicts take five runs of each side.
 *
 * @throws {ProcmonError} `ERR_PROCMON_NOT_COMPARABLE`: no figure is known on both sides.
 */
export function compare(
  base: RecordingInput | readonly RecordingInput[],
  head: RecordingInput | readonly RecordingInput[],
  options?: CompareOptions,
): Promise<Comparison>;
export function compareSync(
  base: RecordingInput | readonly RecordingInput[],
  head: RecordingInput | readonly RecordingInput[],
  options?: CompareOptions,
): Comparison;

/**
 * Writes a recording in another format. The command line that comes with the package does it: it knows formats that the addon
 * does without, such as Parquet.
 *
 * @param options `format` goes before the ending of the name; `processes` asks for a row a process and sample in `csv` and
 *   `parquet`; `force` replaces a file that is there.
 * @throws {ProcmonError} `ERR_PROCMON_CONVERT_FAILED`: the message says why.
 * @throws {Error} `ERR_ACCESS_DENIED`: Node's permission model forbids to start processes.
 */
export function convert(
  from: string | URL,
  to: string | URL,
  options?: {
    format?: 'jsonl' | 'json' | 'csv' | 'parquet' | undefined;
    processes?: boolean | undefined;
    force?: boolean | undefined;
  },
): Promise<{
  /** What was wrong with the recording and did not keep it from being converted, a sentence each. */
  warnings: string[];
}>;

/** The named choices of interval, metrics and history that the option `profile` takes. */
export const profiles: Readonly<Record<ProfileName, Profile>>;

/**
 * Begins to count processes, in groups, for Prometheus. An exporter that nobody scrapes costs next to nothing, does not hold
 * the event loop, and ends when nobody holds it any more.
 *
 * @throws {ProcmonError} `ESRCH`: there is no such process; `EPERM`: the system hides it from us.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`: an option makes no sense.
 * @throws {RangeError} `ERR_OUT_OF_RANGE`: a number is too large, too small or not a whole one.
 */
export function createExporter(options?: ExporterOptions): Exporter;

/** The version of this package and of its native part. */
export const version: string;

/** What every error of procmon's own is; errors about arguments and aborted signals are Node's kinds. */
export class ProcmonError extends Error {
  /** The package makes them; a test of one's own may, too. */
  constructor(message: string, details: { code: string; cause?: unknown } & Partial<Omit<ProcmonError, keyof Error>>);
  readonly name: 'ProcmonError';
  /** Stable: the system's (`ENOENT`, `EACCES`, `ESRCH`, ...) or `ERR_PROCMON_...`; docs/API.md lists each. */
  readonly code: string;
  /** The system's number of the error, negative as in Node. */
  readonly errno?: number;
  /** What was asked of the system: `spawn npm`, `chdir`, `open`, `write`, `attach`. */
  readonly syscall?: string;
  /** The file or the command that it concerns. */
  readonly path?: string;
  /** The process that it concerns. */
  readonly pid?: number;
  /** The address that an exporter was to listen on. */
  readonly address?: string;
  /** The port that an exporter was to listen on. */
  readonly port?: number;
  /** What the command came to, where the option `reject` made an error of it; not enumerable. */
  readonly result?: RunResult;
}

/** What awaiting a run rejects with whose `signal` was aborted, and what `attach` throws where it had been before. */
export interface AbortError extends Error {
  readonly name: 'AbortError';
  readonly code: 'ABORT_ERR';
  /** The signal's reason. */
  readonly cause: unknown;
  /** What the command came to, where it had been started; not enumerable. */
  readonly result?: RunResult;
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
  /** A timed call of a function ended, in any process or thread of the tree. */
  call: [call: CallRecord];
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
  /**
   * Writes what is kept in memory at this moment as a recording (docs/FORMAT.md): the latest samples, everything that happened
   * meanwhile, and who was alive when they begin. It holds the event loop until it is written. Rejects with a `ProcmonError`
   * where the file cannot be written, with what awaiting rejects with where a command could not be started, and with
   * `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` where an argument makes no sense.
   *
   * @param path Where to. A file that is there is replaced when the new one is whole.
   * @param format What to write, whatever the path's ending. All but JSON Lines are made as by `convert`. Default `jsonl`.
   */
  save(path: string | URL, format?: 'jsonl' | 'json' | 'csv' | 'parquet'): Promise<void>;
  /** Puts a word of yours into the recording, at this moment; nothing happens once the watching is over. */
  mark(text: string): void;
  /**
   * Ends the watching. A command that was run is ended with it: by `killSignal`, and SIGKILL after `forceKillAfterDelay`.
   * Resolves when all is over; called again, it gives the same. Rejects with what awaiting rejects with where a command
   * could not be started.
   */
  stop(): Promise<Summary>;
  /** Has the event loop held as long as the watching goes on, whoever waits for it. */
  ref(): this;
  /** Has the event loop not held, whoever waits for it: this process may end before what is watched does. */
  unref(): this;
  /**
   * One reader more, which gets each sample from now on. To leave its loop ends that reader and nothing else; a monitor that
   * was made in the head of the loop has no other owner and is collected, which ends its watching. One that falls
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

/**
 * A command that was started and is being watched; awaited, it gives its result. An async function that returns one gives its
 * result, too, as of any promise: put it into an array or an object to hand on the handle.
 */
export interface Run extends Watch<RunEvents>, PromiseLike<RunResult> {
  /** The command's number; undefined where it could not be started. */
  readonly pid: number | undefined;
  /** What is watched, where and how; null where it could not be started. */
  readonly header: Header | null;
  /** The command's input, to write to; null unless `stdio` says `pipe`. Destroyed when the command has ended. */
  readonly stdin: Writable | null;
  /**
   * The command's output, to read from; null unless `stdio` says `pipe`. Somebody has to read it: a command waits when its
   * pipe is full. What the pipe holds when the command has ended can still be read then.
   */
  readonly stdout: Readable | null;
  /** What the command writes about errors, likewise. */
  readonly stderr: Readable | null;
  /**
   * Sends the command and all of its descendants a signal, by name or number; with `killDescendants: false` the command
   * alone. Once one that asks to end (SIGTERM, SIGINT, SIGHUP, SIGQUIT) or SIGKILL has ended the command, descendants that are
   * left are ended, too, those born meanwhile among them. 0 only asks whether the command is there. Default SIGTERM.
   *
   * @returns Whether it was sent; false when the command is known to have ended.
   * @throws {TypeError} `ERR_UNKNOWN_SIGNAL`: no signal has this name.
   */
  kill(signal?: NodeJS.Signals | number): boolean;
  /** As of a promise of the result: what `await` asks. */
  then<T = RunResult, U = never>(
    onResult?: ((result: RunResult) => T | PromiseLike<T>) | null,
    onError?: ((reason: unknown) => U | PromiseLike<U>) | null,
  ): Promise<T | U>;
  /** Likewise; for an end other than exit code 0 only where the option `reject` is true. */
  catch<T = never>(onError?: ((reason: unknown) => T | PromiseLike<T>) | null): Promise<RunResult | T>;
  /** Likewise. */
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
  /** Whether it ended in any other way than by itself and with exit code 0. */
  failed: boolean;
  /** Whether it was ended because the option `signal` was aborted. */
  isCanceled: boolean;
  /** Whether a signal ended it. */
  isTerminated: boolean;
  /** Whether it was ended because `timeout` or `duration` had passed. */
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
