/// <reference types="node" />
// What a session is asked to do. Times are whole milliseconds.

import type { Stream } from 'node:stream';
import type { ExportDestination } from './exporters.js';

/** The name of a choice of interval, metrics and history. */
export type ProfileName = 'standard' | 'minimal' | 'intensive' | 'batch' | 'realtime-api' | 'daemon';

/** What is read of each process: docs/METRICS.md tells what belongs to each. */
export type MetricGroup = 'cpu' | 'memory' | 'io' | 'threads' | 'fds' | 'delays' | 'pss' | 'net' | 'namedThreads';

/** A named choice. */
export interface Profile {
  /** The fixed interval between samples, in milliseconds. */
  readonly interval: number;
  /** How many samples are kept in memory. */
  readonly history: number;
  /** What is read of each process. */
  readonly metrics: readonly MetricGroup[];
  /** Whether its samples are meant to be exported. */
  readonly export: boolean;
  /** What it is for. */
  readonly purpose: string;
}

/** A choice of one's own; a copy of a named one can be changed and given. */
export interface OwnProfile extends Partial<Profile> {
  /** What the header calls it. Default: null there. */
  readonly name?: string | undefined;
  /** The interval from ten seconds on. Default `interval` where that is given. */
  readonly maxInterval?: number | undefined;
}

/** A profile of your own in Propeller's words. What is left out is as in the profile `standard`. */
export interface PropellerProfile {
  /** Has to be true here: what is not to be watched is started with child_process. */
  readonly enabled?: true | undefined;
  /** The fixed interval, in seconds, or a time such as `'250ms'`. */
  readonly interval?: number | string | undefined;
  /** Processor time, and what was waited for. */
  readonly collect_cpu?: boolean | undefined;
  /** Resident, shared, peak and proportional memory. */
  readonly collect_memory?: boolean | undefined;
  /** Bytes read and written. */
  readonly collect_disk_io?: boolean | undefined;
  /** The number of threads. */
  readonly collect_threads?: boolean | undefined;
  /** The number of open descriptors. */
  readonly collect_file_descriptors?: boolean | undefined;
  /** Whether its samples are meant to be exported; the option `exporters` says where to. */
  readonly export_to_mqtt?: boolean | undefined;
  /** False is the same as a `history_size` of 0. */
  readonly retain_history?: boolean | undefined;
  /** How many samples are kept in memory. */
  readonly history_size?: number | undefined;
}

/**
 * How processes are seen: by the kernel's events and its records of ends (`exact`, needs the right of CAP_NET_ADMIN), by
 * the kernel's events (`events`), by looking for new ones every few milliseconds (`poll`), by tracing every one of them
 * (`trace`: all is exact, and what starts many processes takes longer), or by the best of the first three that works here
 * (`auto`).
 */
export type Accounting = 'auto' | 'exact' | 'events' | 'poll' | 'trace';

/** How and for how long to watch. */
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
  /** A named choice, or one of your own; `interval`, `maxInterval` and `history` go before it. Default: none. */
  profile?: ProfileName | OwnProfile | PropellerProfile | undefined;
  /** Whether descendants are watched, too: they are not known otherwise, and signals go to the command alone. Default true. */
  children?: boolean | undefined;
  /**
   * How many samples are kept in memory, the latest of them, with what happened meanwhile: 0 to 1,000,000, and never more
   * than 64 MiB in all. Default 1000.
   */
  history?: number | undefined;
  /**
   * Where to write the recording (docs/FORMAT.md), in the format that the name ends with: `.json`, `.csv`, either with `.gz`
   * behind it, and JSON Lines otherwise. A file that is there is replaced, unless another session writes to it:
   * that is refused. Default: nowhere.
   */
  outputFile?: string | URL | undefined;
  /**
   * Whether that file begins with the header: what is watched, where and how. Without it the file cannot be loaded as a
   * recording, and other formats than plain JSON Lines cannot do without it. Default true.
   */
  writeMetadata?: boolean | undefined;
  /** How processes are seen. Default `auto`. */
  accounting?: Accounting | undefined;
  /** Whether the bytes of TCP connections are counted, by process where that can be known. Default false. */
  net?: boolean | undefined;
  /** Whether processor time is counted by the names of threads, too. Default false. */
  threads?: boolean | undefined;
  /**
   * Where figures are sent meanwhile and at the end, at most one of each type. What is not delivered is a warning and
   * changes nothing else; the end of the session waits up to seven seconds for it. Default: nowhere.
   */
  exporters?: readonly ExportDestination[] | undefined;
  /**
   * When it is aborted, the watching ends as by `stop()`; a command that was run is ended with it, and what is awaited of it
   * rejects with an `AbortError`: its `cause` is the signal's reason, its `result` the `RunResult`. One that was aborted before
   * starts nothing, and there is no `result`: `attach` throws the `AbortError` at once.
   */
  signal?: AbortSignal | undefined;
}

/**
 * Where a standard stream leads: where ours does, nowhere, to a stream of the handle (`pipe`), or where a file descriptor of
 * this process does. A stream stands for its descriptor; one that is given as the input is the command's from then on, and the
 * `stdout` or `stderr` of another handle is closed here.
 */
export type StdioStream = 'inherit' | 'ignore' | 'pipe' | 'overlapped' | number | Stream;

/** How to run a command and how to watch it. */
export interface RunOptions extends WatchOptions {
  /** Its working directory. Default: ours. */
  cwd?: string | URL | undefined;
  /** Its environment, or what is added to ours; a name with `undefined` is left out. Default: nothing is added. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whether `env` is added to `process.env`. Default true. */
  extendEnv?: boolean | undefined;
  /**
   * Whether the command is a line for a shell, `/bin/sh` (Windows: `process.env.comspec`) or the one named. There are no
   * arguments then: they belong into the line, quoted. Default false.
   */
  shell?: boolean | string | URL | undefined;
  /** Where its streams lead, for all three or for each; null and undefined mean the default. Default `inherit`. */
  stdio?: StdioStream | readonly (StdioStream | null | undefined)[] | undefined;
  /** End the command after this long, in milliseconds; 0 for never. The result says `timedOut`. Default 0. */
  timeout?: number | undefined;
  /**
   * The signal that asks the command to end: on `stop()`, when `timeout` or `duration` is over, when `signal` is aborted, and
   * when this process exits first. By name, or by number, 1 to 64. Default `SIGTERM`.
   */
  killSignal?: NodeJS.Signals | number | undefined;
  /**
   * How many milliseconds it may take to end before SIGKILL makes it; `false` for as long as it likes, `true` for the default.
   * Default 5000.
   */
  forceKillAfterDelay?: number | boolean | undefined;
  /**
   * Whether `kill()` is for the descendants, too, and whether those that are left when the command has been ended are ended
   * with it. One that has begun a session of its own (setsid(2)) is only reached by `kill()`. Default true.
   */
  killDescendants?: boolean | undefined;
  /** Whether an end other than exit code 0 rejects with `ERR_PROCMON_COMMAND_FAILED`. Default false. */
  reject?: boolean | undefined;
  /**
   * Whether what outlives the command is ended: with `killSignal`, and SIGKILL after `forceKillAfterDelay`. Cannot be asked
   * for with `children: false`. Default false: it is listed.
   */
  reap?: boolean | undefined;
  /** Whether the command is sent `killSignal` when this process exits, or its worker thread is terminated, first. Default true. */
  cleanup?: boolean | undefined;
}
