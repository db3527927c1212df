// What a session cost, as `summary()`, `result.summary` and the command line's --summary give it. The names stay.

import type { ProcessKey, Tier, Warning } from './records.js';

/** What a session cost. Where a number is null, `accounting.reasons` says why. */
export interface Summary {
  /** The name and version of this shape. */
  schema: 'procmon/summary@1';
  /** The words of the root's command line, secrets masked, cut where they are many. */
  command: string[];
  /** Its working directory. */
  cwd: string | null;
  /** Its number. */
  pid: number;
  /** When the watching began, in milliseconds since 1970. */
  startedAtMs: number;
  /** How long it took; with the option `reap`, without the time that it took to end what outlived the command. */
  durationMs: number;
  /** The root's exit code; null where a signal ended it, or where it lives on. */
  exitCode: number | null;
  /** The signal that ended the root. */
  signal: string | null;
  /** Processor time of the whole tree. */
  cpuMs: number | null;
  /** The part in user mode. */
  cpuUserMs: number | null;
  /** The part in the kernel. */
  cpuSystemMs: number | null;
  /** Cores kept busy over the whole time: 1 is one core. */
  coresMean: number | null;
  /** The same over the busiest interval between two samples. */
  coresPeak: number | null;
  /** Cores that the command could use. */
  coresAvailable: number | null;
  /**
   * The largest memory of the tree at one sample: the estimate that counts shared pages once. What one process alone had
   * between two samples, where that is more.
   */
  memoryPeakBytes: number | null;
  /** When that was, in milliseconds since the watching began; null where it was between two samples. */
  memoryPeakAtMs: number | null;
  /** The largest sum of resident memory at one sample. */
  rssSumPeakBytes: number | null;
  /** The largest sum of proportional set sizes at one sample; null where no sample near the peak had them all. */
  pssPeakBytes: number | null;
  /** The largest sum of memory in swap at one sample. */
  swapPeakBytes: number | null;
  /**
   * The largest resident memory that any single process had, between samples too: what a limit is to be held against. Null
   * where it was no more than this very process ever had, which every process that it starts begins with.
   */
  largestProcessBytes: number | null;
  /** The largest memory of the cgroup that was made for the command, page cache included; null where none was. */
  cgroupPeakBytes: number | null;
  /** Page faults served from memory. */
  minorFaults: number | null;
  /** Page faults that waited for storage. */
  majorFaults: number | null;
  /** How often a thread gave up its processor to wait for something. */
  voluntarySwitches: number | null;
  /** How often another took the processor from a thread. */
  forcedSwitches: number | null;
  /** Time that first threads were ready to run and waited for a processor, added up over the processes that were read. */
  runDelayMs: number | null;
  /** Time that first threads waited for storage, likewise; null where the kernel does not account for it. */
  blockDelayMs: number | null;
  /** Bytes fetched from storage. */
  readBytes: number | null;
  /** Bytes sent towards storage. */
  writtenBytes: number | null;
  /** Bytes received over TCP connections of the tree; null where the option `net` was not given. */
  netRxBytes: number | null;
  /** Bytes sent over them. */
  netTxBytes: number | null;
  /** Bytes that the network namespace received over TCP and no process could be found for. */
  netUnattributedRxBytes: number | null;
  /** Bytes that it sent likewise. */
  netUnattributedTxBytes: number | null;
  /** Processes seen; null before the end. */
  processesSeen: number | null;
  /** The most processes alive at once. */
  processesPeak: number;
  /** The most threads alive at one sample. */
  threadsPeak: number | null;
  /** Samples taken. */
  samples: number;
  /** How far the numbers can be trusted. */
  accounting: AccountingSummary;
  /** What the processes of each role used together. */
  byRole: Record<string, RoleSummary>;
  /** The foremost processes, at most ten by each measure: by `cpuMs`, and by `rssSeenBytes`. */
  top: { cpu: ProcessSummary[]; memory: ProcessSummary[] };
  /** What threads of each name used: 20 names, and `other`. Missing without the option `threads`, and where it is empty. */
  byThreadName?: Record<string, ThreadSummary>;
  /** Who held what when the tree's memory was largest; null where it was never read. */
  memoryPeak: MemoryPeak | null;
  /** How many processes were alive when the root had ended. */
  survivorCount: number;
  /** The first five of them. */
  survivors: ProcessSummary[];
  /** Whether all of them were ended then, because of the option `reap`. */
  survivorsReaped: boolean;
  /**
   * How many processes the kernel killed for want of memory in the command's cgroup, or on the whole machine where that has
   * no count; null where the kernel keeps none.
   */
  oomKills: number | null;
  /** Those of them that belong to the tree; missing where there are none. */
  oomKilled?: ProcessSummary[];
  /** How long tasks of the whole machine stood still meanwhile; null where the kernel does not tell. */
  pressure: PressureSummary | null;
  /** What went wrong with the watching. */
  warnings: Omit<Warning, 'type'>[];
  /** What the watching itself cost; the memory is null inside a Node process. */
  own: { cpuMs: number | null; rssPeakBytes: number | null; wakeUps: number | null };
}

/** What the threads of one name used. */
export interface ThreadSummary {
  /** Processor time. */
  cpuMs: number;
  /** The most of them alive in one process at one sample. */
  countPeak: number;
}

/** How long tasks of the whole machine stood still for want of something. */
export interface PressureSummary {
  /** At least one waited for a processor. */
  cpuSomeMs: number;
  /** At least one waited for storage. */
  ioSomeMs: number;
  /** All that were not idle waited for storage. */
  ioFullMs: number;
  /** At least one waited for memory. */
  memorySomeMs: number;
  /** All that were not idle waited for memory. */
  memoryFullMs: number;
}

/** How far the numbers can be trusted. */
export interface AccountingSummary {
  /** How processes were seen. */
  tier: Tier;
  /** Whether the totals are the kernel's own and nothing of the tree is missing in them. */
  exact: boolean;
  /** Processes seen; null before the end. */
  seen: number | null;
  /** Events that the kernel dropped. */
  lost: number;
  /** Processes that may have gone unseen, at most; null where no bound is known. */
  missedAtMost: number | null;
  /** Processor time that is known of the tree and shared out among its processes by estimate. */
  estimatedCpuMs: number;
  /** A sentence for each thing that is not known. */
  reasons: string[];
  /** A sentence for each thing that was asked for and cannot be had; left out where there is none. */
  refused?: string[];
}

/** What the processes of one role used together. */
export interface RoleSummary {
  /** How many there were. */
  processes: number;
  /** Processor time. */
  cpuMs: number;
  /** The largest sum of their resident memory at one sample; null where they were never read. */
  memoryPeakBytes: number | null;
  /** How long at least one of them lived. */
  durationMs: number;
}

/** Who a process was, and what it used, as far as that is known at its end. */
interface ProcessFacts extends ProcessKey {
  /** Its parent's number at birth; null of a root, and where that had gone before. */
  parentPid: number | null;
  /** The file name of its executable. */
  name: string;
  /** What it did ("jest worker 2"); null where that is not known. */
  role: string | null;
  /** Its command line, secrets masked; in a summary cut at 80 characters. */
  command: string;
  /** When it ended; null where it lives on. */
  endedMs: number | null;
  /** Its exit code; null where a signal ended it, where it lives on, or where nobody could say. */
  exitCode: number | null;
  /** The signal that ended it. */
  signal: string | null;
  /** Processor time; null where it was never read. */
  cpuMs: number | null;
  /** Its largest resident memory; null where it may have had more than was seen. */
  rssPeakBytes: number | null;
  /** The largest resident memory that was seen; null where it was never read. */
  rssSeenBytes: number | null;
  /** Time that its first thread was ready to run and waited for a processor; null where that was never read. */
  runDelayMs: number | null;
  /** Bytes that it fetched from storage; null where it was never read. */
  readBytes: number | null;
  /** Bytes that it sent towards storage; null where it was never read. */
  writtenBytes: number | null;
}

/** One of a summary's processes. */
export interface ProcessSummary extends ProcessFacts {
  /** When it was born or found; null where that was not seen. */
  startedMs: number | null;
  /** Whether a part of `cpuMs` is an estimate. */
  cpuEstimated: boolean;
  /** Present where the kernel killed it for want of memory. */
  oomKilled?: true;
}

/** One of the list of all processes. Its `cpuMs` is what was read, without an estimate; so far, where it lives on. */
export interface ProcessRecord extends ProcessFacts {
  /** When it was born or found, in milliseconds since the watching began. */
  startedMs: number;
  /** Whether `cpuMs` was read after its end, and not just before. */
  cpuFinal: boolean;
  /** Whether the kernel killed it for want of memory. */
  oomKilled: boolean;
}

/** Who held what when the tree's memory was largest. */
export interface MemoryPeak {
  /** When, in milliseconds since the watching began. */
  atMs: number;
  /** The estimate at that moment. */
  memoryBytes: number | null;
  /** The sum of resident memory at that moment. */
  rssSumBytes: number | null;
  /** The largest holders, at most ten. */
  holders: Holder[];
}

/** What one process held at the peak. */
export interface Holder extends ProcessKey {
  /** What it did. */
  role: string | null;
  /** Its resident memory. */
  rssBytes: number | null;
  /** The part that it may share with others. */
  sharedBytes: number | null;
  /** Its proportional set size; null where it was not read at that sample. */
  pssBytes: number | null;
}
