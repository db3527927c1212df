// What `processTree` answers: docs/analysis-tree.md says how each figure comes about.

import type { ProcessKey } from './records.js';

/** Every process of a session, below the one that started it. */
export interface ProcessTreeAnalysis {
  /** The words of the root's command line, secrets masked. */
  command: string[];
  /** How long the command took, in milliseconds, as in the summary. */
  durationMs: number;
  /** Processor time of the whole tree, as in the summary; null where it is not known. */
  cpuMs: number | null;
  /** The part of it that is shared out among processes by estimate. */
  estimatedCpuMs: number;
  /** The part of it that stands with no process: nobody was seen who can have used it. Null where the whole is. */
  unattributedCpuMs: number | null;
  /** How many processes the recording tells of. */
  processCount: number;
  /** How many of them hang below the root for want of a parent that is known. */
  orphans: number;
  /** The most processes alive at once. */
  processesPeak: number;
  /** How far the deepest process is from the root; null where there is none. */
  depthMax: number | null;
  /** How fast processes were started. */
  spawned: Spawned;
  /** Those that ended within `LIMITMS`. */
  shortLived: ShortLived;
  /** The processes, as far as they were asked for: each behind the one that it hangs below. */
  processes: ProcessNode[];
  /** What processes of each role used together, by processor time. A process counts for the role that it had last. */
  byRole: RollUp;
  /** The same by tool: the first word of the role, or the package of node's script. */
  byTool: RollUp;
  /** The same by the script of a package that asked for them; processes that none asked for are left out. */
  byScript: RollUp;
  /** The same by command line, the most started first. */
  byCommand: RollUp;
  /** The chain of processes that set the wall time; null where no process is known. */
  longestPath: LongestPath | null;
}

/** One process and what stands below it. */
export interface ProcessNode extends ProcessKey {
  /** Its parent at birth; null of the root, and where nobody knows. */
  parent: ProcessKey | null;
  /** The place in the list of the process that it hangs below; null of the root. */
  above: number | null;
  /** How many processes stand above it. */
  depth: number;
  /** The file name of its executable. */
  name: string;
  /** What it does. */
  role: string | null;
  /** The words of its command line, secrets masked; empty where unknown, and of a fork that ran no program. */
  command: string[];
  /** When it was born, or found, in milliseconds since the session began. */
  startedMs: number;
  /** When it ended; null where it lives on. */
  endedMs: number | null;
  /** Its exit code; null where it lives on, a signal ended it, or nobody could say. */
  exitCode: number | null;
  /** The signal that ended it. */
  signal: string | null;
  /** Its own processor time, an estimate of what was not read included; null where nothing is known. */
  cpuMs: number | null;
  /** How that is known. */
  cpuBasis: CpuBasis;
  /** Its largest resident memory; null where it may have had more than was seen. */
  rssPeakBytes: number | null;
  /** The largest resident memory that was seen; null where it was never read. */
  rssSeenBytes: number | null;
  /** Bytes that it fetched from storage; null where that is not known. */
  readBytes: number | null;
  /** Bytes that it sent towards storage; null where that is not known. */
  writtenBytes: number | null;
  /** Time that its first thread was ready to run and waited for a processor, in milliseconds; null where unknown. */
  runDelayMs: number | null;
  /** The process and everything below it, whether it is listed or not. */
  subtree: SubtreeUse;
  /** What is below it and not listed; null where everything is. */
  more: MoreProcesses | null;
}

/** How the processor time of a process is known. */
export type CpuBasis = 'final' | 'read' | 'estimated' | 'unknown';

/** A process and everything below it. A sum is of what is known, and null where that is nothing. */
export interface SubtreeUse {
  /** How many they are. */
  processes: number;
  /** Their processor time. */
  cpuMs: number | null;
  /** The largest resident memory that was seen of any one of them. */
  rssLargestBytes: number | null;
  /** Bytes that they fetched from storage. */
  readBytes: number | null;
  /** Bytes that they sent towards storage. */
  writtenBytes: number | null;
}

/** Processes that are not listed. */
export interface MoreProcesses {
  /** How many. */
  processes: number;
  /** Their processor time; null where nothing of it is known. */
  cpuMs: number | null;
}

/** How fast processes were started. The root, and what was alive when the watching began, are not counted. */
export interface Spawned {
  /** How many were started. */
  processes: number;
  /** How many a second in the mean; null where the session has no length. */
  meanPerSecond: number | null;
  /** The most that were started within one second, wherever that second begins. */
  peakPerSecond: number;
}

/** Processes that ended soon. */
export interface ShortLived {
  /** How many. */
  processes: number;
  /** Their part of all that ended, from 0 to 1; null where none did. */
  share: number | null;
  /** Their processor time; null where nothing of it is known. */
  cpuMs: number | null;
}

/** Processes put together by something that they have in common. */
export interface RollUp {
  /** The foremost groups. */
  groups: ProcessGroup[];
  /** The groups that are not listed; null where all are. */
  more: MoreGroups | null;
}

/** Processes that have something in common. */
export interface ProcessGroup {
  /** What. */
  label: string;
  /** How many they are. */
  processes: number;
  /** Their processor time; null where nothing of it is known. */
  cpuMs: number | null;
  /** How long at least one of them lived, in milliseconds. A life counts from when the process took its last role. */
  durationMs: number;
  /** The largest sum of their resident memory at one sample; null where no sample saw any. */
  memoryPeakBytes: number | null;
}

/** Groups that are not listed. */
export interface MoreGroups {
  /** How many. */
  groups: number;
  /** How many processes are in them. */
  processes: number;
  /** Their processor time; null where nothing of it is known. */
  cpuMs: number | null;
}

/** Found backwards from the root's end: the child that ended last before a moment is what the moment waited for, so the stretch since that end is the parent's own, and the child's life is looked at in the same way; before the child's birth the parent goes on. So every moment of the root's life belongs to exactly one link. What is known is who lived when, and not who waited for whom: a child that ran beside a busy parent is taken for what the parent waited for. */
export interface LongestPath {
  /** The root's life in milliseconds: the sum of `ownMs` over every link. */
  wallMs: number;
  /** The processes on the path in the order of their beginnings; where not all are listed, those with most own time. */
  links: PathLink[];
  /** The links that are not listed; null where all are. */
  more: MoreLinks | null;
}

/** One process on the longest path. */
export interface PathLink extends ProcessKey {
  /** The file name of its executable. */
  name: string;
  /** What it does. */
  role: string | null;
  /** How many processes stand above it. */
  depth: number;
  /** Where its stretch of the path begins, its children on the path included, in milliseconds since the session began. */
  fromMs: number;
  /** Where that ends. */
  toMs: number;
  /** How long the path was with the process itself and none of its children, in milliseconds. */
  ownMs: number;
}

/** Links of the longest path that are not listed. */
export interface MoreLinks {
  /** How many. */
  links: number;
  /** How long the path was with them, in milliseconds. */
  ownMs: number;
}
