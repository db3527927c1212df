// What timed calls came to. docs/CLI.md, `procmon calls`, says how each figure comes about.

import type { Recording } from '../index.js';

/** What the functions are put in order by. */
export type CallSort = 'total' | 'mean' | 'p95' | 'count' | 'cpu' | 'errors' | 'name';

/** What a table of calls is asked for. */
export interface CallSummaryOptions {
  /** What the functions are put in order by, the most first. Default `total`. */
  sort?: CallSort | undefined;
  /** How many functions, and how many different errors, are listed. Default: all. */
  top?: number | undefined;
}

/** An entry about a call, as `onRecord` gives it and a log holds it. One without these fields is passed over and counted. */
export interface CallEntry {
  /** The call's id: entries with the same one are one call. */
  readonly id: string;
  /** The function. */
  readonly name: string;
  /** How it ended. */
  readonly outcome: string;
  /** How long it took, in nanoseconds. */
  readonly wallNs: number;
  /** The process. */
  readonly pid: number;
  readonly [field: string]: unknown;
}

/** Where calls are: a recording, a log or a table of results by its path or URL, the folder of a log, or a recording that was loaded. */
export type CallSource = string | URL | Recording;

/**
 * What the timed calls of functions came to, by function: of recordings, logs, results and entries, one or several. A call that
 * stands in more than one of them counts once. What files hold besides calls takes no memory.
 *
 * @throws {ProcmonError} `ENOENT`, ...: a file cannot be read; `ERR_PROCMON_INVALID_RECORDING`: it holds no calls, or is Parquet,
 *   which the command line reads.
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`: an argument or option makes no sense.
 */
export function summarizeCalls(
  input: CallSource | readonly (CallSource | CallEntry)[],
  options?: CallSummaryOptions,
): Promise<CallSummary>;
/** The same at once, for what is small. */
export function summarizeCallsSync(
  input: CallSource | readonly (CallSource | CallEntry)[],
  options?: CallSummaryOptions,
): CallSummary;

/** What timed calls came to, by function. A call that several files or entries tell of is one call. */
export interface CallSummary {
  /** Calls. */
  calls: number;
  /** Those that threw or were rejected. */
  errors: number;
  /** Those whose thread ended before they did. */
  unfinished: number;
  /** Calls that nothing more is known of: more came than could be written. Where several files tell of the same ones, they are counted for each. */
  dropped: number;
  /** Functions, those included that are not listed. */
  functionCount: number;
  /** Different errors, those included that are not listed. */
  errorCount: number;
  /** Processes that called. */
  processes: number;
  /** Threads of theirs that called. */
  threads: number;
  /** When the first call began, in milliseconds since 1970; null where no call says. */
  firstStartedAtMs: number | null;
  /** When the last one began. */
  lastStartedAtMs: number | null;
  /** What the functions are put in order by. */
  sort: CallSort;
  /** The functions, each form of one apart. */
  functions: FunctionCalls[];
  /** What was thrown, the most frequent first. */
  thrown: ThrownError[];
  /** What was wrong with the files. */
  warnings: CallsWarning[];
}

/** The calls of one function in one form. They hold the times of the calls in them: what functions come to is not to be added up. Totals, means and percentiles of times are of the calls that ended. */
export interface FunctionCalls {
  /** Its name. */
  name: string;
  /** How it was called; `unknown` is a form that a newer version writes. */
  form: 'sync' | 'async' | 'generator' | 'asyncGenerator' | 'callback' | 'constructor' | 'block' | 'unknown';
  /** How often. */
  count: number;
  /** How often it threw or was rejected. */
  errors: number;
  /** How often its thread ended before it did. */
  unfinished: number;
  /** How long its calls took together; null where none ended. */
  totalMs: number | null;
  /** How long a call took in the mean; null where none ended. */
  meanMs: number | null;
  /** Half of the calls took no longer; null where none ended. Between two calls a percentile lies on the straight line from one to the other. */
  p50Ms: number | null;
  /** The 95th percentile, likewise. */
  p95Ms: number | null;
  /** The 99th. */
  p99Ms: number | null;
  /** How long the longest took; null where none ended. */
  maxMs: number | null;
  /** CPU time of the calls beside which no others ran in their thread; null where there are none of which it is known. */
  cpuMs: number | null;
  /** CPU time of those beside which others ran: they used at most so much. Null where there are none of which it is known. Never a part of `cpuMs`. */
  cpuSharedMs: number | null;
  /** How many calls know their CPU time, of either kind. */
  cpuKnown: number;
  /** Whose CPU time that is; null where it is not known or not the same for all. */
  cpuScope: 'thread' | 'process' | null;
  /** CPU time of child processes that ended and were waited for during the calls; null where no call knows it. */
  childrenCpuMs: number | null;
  /** How much more resident memory the process had after the calls than before, together; null where no call knows it. */
  rssChangeBytes: number | null;
  /** The same in the mean. */
  rssChangeMeanBytes: number | null;
  /** How much more of the heap was in use after a call than before, in the mean; null where no call knows it. */
  heapUsedChangeMeanBytes: number | null;
  /** The largest resident memory that a process had had when a call ended; null where no call knows it. */
  rssPeakBytes: number | null;
  /** How long garbage was collected during the calls; null where no call knows it. */
  gcMs: number | null;
  /** Processes that it was called in. */
  processes: number;
  /** Threads of theirs that it was called in. */
  threads: number;
  /** When the first call began, in milliseconds since 1970; null where no call says. */
  firstStartedAtMs: number | null;
  /** When the last one began. */
  lastStartedAtMs: number | null;
}

/** One of the different errors: those of one function that have the same class and begin alike. */
export interface ThrownError {
  /** Its class; null where that is not known. */
  class: string | null;
  /** The first 200 characters of its message; null where that is not known, or where there were too many different ones to tell them apart. */
  message: string | null;
  /** The function. */
  function: string;
  /** How it was called. */
  form: FunctionCalls['form'];
  /** How often it was thrown. */
  count: number;
}

/** Something that was wrong with a file. */
export interface CallsWarning {
  /** What, as a word that programs can compare: `linesSkipped`, `torn`. */
  kind: string;
  /** How many lines it concerns. */
  count: number;
  /** The same for a person, with the file. */
  message: string;
}
