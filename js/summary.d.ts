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
  /** How long it took. */
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
  /** The largest memory of the tree at one sample: the estimate that counts shared pages once. */
  memoryPeakBytes: number | null;
  /** When that was, in milliseconds since the watching began. */
  memoryPeakAtMs: number | null;
  /** The largest sum of resident memory at one sample. */
  rssSumPeakBytes: number | null;
  /** The largest sum of proportional set sizes. */
  pssPeakBytes: number | null;
  /** Bytes fetched from storage. */
  readBytes: number | null;
  /** Bytes sent towards storage. */
  writtenBytes: number | null;
  /** Bytes received from networks. */
  netRxBytes: number | null;
  /** Bytes sent to networks. */
  netTxBytes: number | null;
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
  /** The foremost processes, at most ten by each measure. */
  top: { cpu: ProcessSummary[]; memory: ProcessSummary[] };
  /** Who held what when the tree's memory was largest; null where it was never read. */
  memoryPeak: MemoryPeak | null;
  /** How many processes were alive when the root had ended. */
  survivorCount: number;
  /** The first five of them. */
  survivors: ProcessSummary[];
  /** What went wrong with the watching. */
  warnings: Omit<Warning, 'type'>[];
  /** What the watching itself cost; the memory is null inside a Node process. */
  own: { cpuMs: number | null; rssPeakBytes: number | null };
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
  /** Its largest resident memory; null where it was never read. */
  rssPeakBytes: number | null;
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
}

/** One of the list of all processes. Its `cpuMs` is what was read, without an estimate; null, too, where it lives on. */
export interface ProcessRecord extends ProcessFacts {
  /** When it was born or found, in milliseconds since the watching began. */
  startedMs: number;
  /** Whether `cpuMs` was read after its end, and not just before. */
  cpuFinal: boolean;
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
}
