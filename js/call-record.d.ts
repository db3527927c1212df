// A timed call: what records of it have in common, and the one that stands in a recording. docs/FORMAT.md is the specification.

import type { ProcessKey } from './records.js';

/** An amount of memory before and after a call. */
export interface MemoryChange {
  /** When the call began, in bytes. */
  before: number;
  /** When it had ended, in bytes. */
  after: number;
  /** How much more it was afterwards, in bytes; negative where it was less. */
  change: number;
}

/** What a call threw or rejected with. */
export interface CallError {
  /** The name of its class; what `typeof` says of what is no error. */
  class: string;
  /** Its message, or the value itself as text. */
  message: string;
  /** Its `code`; null where it has none. */
  code: string | null;
  /** Its stack; missing where it has none, and where only the call was asked about. */
  stack?: string;
  /** What caused it; missing where nothing is said to. */
  cause?: CallError;
  /**
   * The members of an `AggregateError`, the first of them where there are many, or the `error` and `suppressed` of a
   * `SuppressedError`; missing of other errors.
   */
  errors?: CallError[];
  /** How many causes or members more there were; missing where all are told. */
  omitted?: number;
}

/** What was called: a function that returned a value, one that returned a promise, ... */
export type CallForm = 'sync' | 'async' | 'generator' | 'asyncGenerator' | 'callback' | 'constructor' | 'block';

/** What is known of a timed call of a function, or of a stretch of code that was given a name. */
export interface CallFields extends ProcessKey {
  /** Its UUID. Where a function is both timed and watched for errors, both speak of one call. */
  id: string;
  /** The `id` of the timed call that it was made in, which may have ended before it; null where it was made in none. */
  parentId: string | null;
  /** The name of the function, or what it was to be called. */
  name: string;
  /** What was called; newer versions know more forms. */
  form: CallForm | 'unknown';
  /** The arguments as text, sanitized and cut; null where there are none to tell. */
  args: string | null;
  /** Node's number of the thread (`worker_threads.threadId`): 0 is the main thread. */
  threadId: number;
  /** What it came to; `unfinished`: the thread ended before it did. */
  outcome: 'returned' | 'threw' | 'unfinished' | 'unknown';
  /** What it threw or rejected with; null where it did not. */
  error: CallError | null;
  /** From the call to its end, in nanoseconds. */
  wallNs: number;
  /** How much of that the function itself ran, in nanoseconds; null where that is not measured (all but generators). */
  activeNs: number | null;
  /** Processor time in user mode, in nanoseconds; null where resources are not tracked, as all that follows. */
  cpuUserNs: number | null;
  /** Processor time in the kernel, in nanoseconds. */
  cpuSystemNs: number | null;
  /** Whose processor time that is: of the thread that called, or of the whole process. */
  cpuScope: 'thread' | 'process' | null;
  /** Whether other calls that this one did not make ran in the same thread meanwhile: its processor time holds some of theirs. */
  cpuShared: boolean;
  /** Processor time of child processes that ended and were waited for meanwhile, in nanoseconds. */
  childrenCpuNs: number | null;
  /** Resident memory of the process. */
  rssBytes: MemoryChange | null;
  /** The largest that was since the process began, in bytes. */
  rssPeakBytes: number | null;
  /** What objects take in the thread's heap, garbage that was not collected yet included. */
  heapUsedBytes: MemoryChange | null;
  /** Memory outside of the heap that objects in it hold, array buffers included. */
  externalBytes: MemoryChange | null;
  /** Array buffers, Node's buffers among them. */
  arrayBuffersBytes: MemoryChange | null;
  /** How long the thread's garbage was collected meanwhile, in nanoseconds; null also where the process ended before Node told. */
  gcNs: number | null;
  /** How often. */
  gcCount: number | null;
  /** How long the thread's event loop was busy meanwhile, in nanoseconds. */
  eventLoopActiveNs: number | null;
  /** How long it waited meanwhile, in nanoseconds. */
  eventLoopIdleNs: number | null;
}

/** A timed call in the time of a session: a `call` line of a recording. */
export interface CallRecord extends CallFields {
  type: 'call';
  /** When it ended, in milliseconds since the watching began. It was told later: records before it may be of later moments. */
  atMs: number;
  /** When it began; 0 where that was before the watching. */
  startedMs: number;
}
