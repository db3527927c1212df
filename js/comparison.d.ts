// What `compare` answers: docs/analysis-compare.md says how each figure comes about.

import type { Tier } from './records.js';

/** Two sets of runs against each other. */
export interface Comparison {
  /** `COMPARISONSCHEMA`. */
  schema: string;
  /** What is compared with. */
  base: ComparedSide;
  /** What is compared. */
  head: ComparedSide;
  /** How sure intervals and verdicts are, between 0.5 and 1. */
  confidence: number;
  /** The smallest difference that counts, in percent of the larger side; small amounts have a floor of their own. */
  minEffectPercent: number;
  /** Whether there are enough runs on both sides for intervals and verdicts. */
  hasVerdicts: boolean;
  /** The figures of whole runs, the most telling first; one that is not known on both sides is here with its reason. */
  metrics: MetricComparison[];
  /** What the processes of each role used, those first whose processor time changed most. */
  roles: RoleComparison[];
  /** Sentences that a reader has to know to judge the rest. */
  notes: string[];
}

/** One of the two sets. */
export interface ComparedSide {
  /** The command of its first run. */
  command: string[];
  /** How many runs. */
  runs: number;
  /** How many of them failed. */
  failed: number;
}

/** One figure of whole runs. */
export interface MetricComparison extends FigureChange {
  /** Its name as in a summary, with its unit. */
  metric: string;
  /** Its name for people. */
  title: string;
  /** What `base`, `head`, `difference` and `differenceInterval` count. */
  unit: FigureUnit;
}

/** What the processes of one role used. A run without the role has used nothing for it. */
export interface RoleComparison {
  /** The role. */
  role: string;
  /** Processor time, in milliseconds. */
  cpuMs: FigureChange;
  /** The largest sum of resident memory, in bytes. */
  memoryPeakBytes: FigureChange;
  /** How many processes. */
  processes: FigureChange;
}

/** A figure on both sides. */
export interface FigureChange {
  /** The median of the base; null where no run knows the figure. */
  base: number | null;
  /** The median of the head; null where no run knows the figure. */
  head: number | null;
  /** Head less base; null where one of them is. */
  difference: number | null;
  /** Head over base; null where there is no difference to tell, or where the base is 0. */
  ratio: number | null;
  /** The difference in percent of the base; null as the ratio. */
  changePercent: number | null;
  /** Where the difference lies; null with fewer than five runs on a side. */
  differenceInterval: FigureInterval | null;
  /** Where the change lies, in percent; null as the ratio, and with fewer than five runs on a side. */
  changePercentInterval: FigureInterval | null;
  /** How often chance alone makes at least one of the figures differ as much as this one does: a p-value that is corrected for their number. Null with fewer than five runs on a side. */
  chance: number | null;
  /** What to make of it; null with fewer than five runs on a side. */
  verdict: Verdict | null;
  /** Why there is no verdict, or why it is inconclusive. */
  reason: string | null;
}

/** From where to where. */
export interface FigureInterval {
  /** The lower end. */
  low: number;
  /** The upper end. */
  high: number;
}

/** What to make of a difference. Of every figure less is better. */
export type Verdict = 'better' | 'worse' | 'inconclusive';

/** The figures of one run. `None` is what its recording does not know. */
export interface RunFigures {
  /** The words of the command. */
  command: string[];
  /** How long it took, in milliseconds. */
  wallMs: number | null;
  /** Processor time of the whole tree, in milliseconds. */
  cpuMs: number | null;
  /** The part of it in user mode. */
  cpuUserMs: number | null;
  /** The part of it in the kernel. */
  cpuSystemMs: number | null;
  /** The largest memory of the tree, shared pages counted once. */
  memoryPeakBytes: number | null;
  /** The largest memory of any single process. */
  largestProcessBytes: number | null;
  /** The largest sum of resident memory. */
  rssSumPeakBytes: number | null;
  /** Bytes fetched from storage. */
  readBytes: number | null;
  /** Bytes sent towards storage. */
  writtenBytes: number | null;
  /** Processes seen. */
  processesSeen: number | null;
  /** The most threads alive at one sample. */
  threadsPeak: number | null;
  /** The exit code; null where a signal ended the command, or where it lives on. */
  exitCode: number | null;
  /** The signal that ended the command. */
  signal: string | null;
  /** Whether the recording was cut: its figures end where it ends. */
  cut: boolean;
  /** Cores that the command could use. */
  coresAvailable: number | null;
  /** How processes were seen. */
  tier: Tier | null;
  /** What the processes of each role used together. */
  byRole: Record<string, RoleFigures>;
}

/** What the processes of one role used together in one run. */
export interface RoleFigures {
  /** How many there were. */
  processes: number;
  /** Processor time, in milliseconds. */
  cpuMs: number;
  /** The largest sum of their resident memory; null where it was never read. */
  memoryPeakBytes: number | null;
}

/** What a figure counts. */
export type FigureUnit = 'milliseconds' | 'bytes' | 'count';
