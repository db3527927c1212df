// What recordings answer. docs/CLI.md and the pages that it names say how each figure comes about.

import type { Holder, PressureSummary } from './summary.js';

/** How the values of a window become one. */
export type AggregateMethod =
  | 'mean'
  | 'timeWeightedMean'
  | 'max'
  | 'min'
  | 'sum'
  | 'median'
  | 'p50'
  | 'p90'
  | 'p95'
  | 'p99'
  | 'first'
  | 'last';

/** Windows of a recording, by a number of samples or by time: one of the two. */
export interface AggregateOptions {
  /** How many samples a window has. */
  window?: number | undefined;
  /** How long it is, in milliseconds. */
  windowMs?: number | undefined;
  /** How the values of a window become one. Default `mean`. */
  method?: AggregateMethod | undefined;
  /** Names of numbers of a sample or of their rates (docs/CLI.md). Default: all that the method has an answer for. */
  fields?: readonly string[] | undefined;
}

/** What counts as a peak. */
export interface PeaksOptions {
  /** The name of a number of a sample; a counter is looked at as its rate. */
  field: string;
  /** From which value on it is high, in the field's unit; with `relative` a share of the largest, 0 to 1. Default 80 % of it. */
  threshold?: number | undefined;
  /** Whether `threshold` is a share of the largest value. Default false. */
  relative?: boolean | undefined;
  /** How far a peak stands out at least, in the field's unit. */
  minProminence?: number | undefined;
  /** How long it lasts at least, in milliseconds. */
  minDurationMs?: number | undefined;
}

/** What is listed of a process tree. */
export interface ProcessTreeOptions {
  /** How many processes: those whose subtrees used most processor time. Default: all. */
  processes?: number | undefined;
  /** How deep; 0 is the root alone. Default: all. */
  depth?: number | undefined;
  /** In which order children stand below their parent. Default `birth`. */
  sort?: 'birth' | 'cpu' | 'memory' | undefined;
}

/** How strictly runs are compared. */
export interface CompareOptions {
  /** How sure intervals and verdicts are, 0.5 to below 1. Default 0.95. */
  confidence?: number | undefined;
  /** The smallest difference that counts, as a share. Default 0.01. */
  minEffect?: number | undefined;
}

/** The samples of a recording, window by window. */
export interface Aggregate {
  /** How the values of a window became one. */
  method: AggregateMethod;
  /** The number of samples in a window; null where windows are times. */
  window: number | null;
  /** The length of a window in milliseconds; null where windows are numbers of samples. */
  windowMs: number | null;
  /** The names of the values, in their order. A counter has its rate's name (`cores` of `cpuNs`) where the method works on rates. */
  fields: string[];
  /** The windows that hold a sample, in the order of time; none of a recording without samples. */
  windows: AggregateWindow[];
}

/** The samples of one window. */
export interface AggregateWindow {
  /** Where the interval of its first sample begins, in milliseconds since the session began. */
  fromMs: number;
  /** Where that of its last one ends. */
  atMs: number;
  /** How many there are. */
  samples: number;
  /** Its values by name; each null where it is not known, and the sum of a gauge. */
  values: Record<string, number | null>;
}

/** When a number of the tree was high. */
export interface Peaks {
  /** The name of what was looked at: of a counter that of its rate. */
  field: string;
  /** How many samples know it. */
  samples: number;
  /** The largest value; null where no sample knows one. */
  max: number | null;
  /** The value from which on it counts as high; null where it is a share of a largest value that is not known. */
  threshold: number | null;
  /** What the `value` of a process is: the name of a metric, of a counter its growth. Null where single processes have no such number, and are not named then. */
  processMetric: string | null;
  /** The peaks, in the order of time. */
  peaks: Peak[];
}

/** A stretch of time in which every known value was at or above the threshold, and above 0. */
export interface Peak {
  /** Where the interval of its first sample begins, in milliseconds since the session began. */
  beginMs: number;
  /** Where that of its last one ends. */
  endMs: number;
  /** Where that of its highest one ends; of several the first. */
  topMs: number;
  /** The largest value. */
  top: number;
  /** How far the top stands out: the height from the highest col, which has to be crossed on the way to a higher value, up to the top. Beyond its ends a recording is taken to be as low as it ever was; from there the height of the highest peak of all is measured. */
  prominence: number;
  /** The mean by time; null where the peak has no length. */
  mean: number | null;
  /** Value by time, in the unit of the value times seconds: of `cores` the CPU seconds. */
  area: number;
  /** How many samples know a value of it. */
  samples: number;
  /** The five processes that had most part in it, largest first: by what they held at the top, or by what they used from begin to end. */
  processes: PeakProcess[];
}

/** The part that one process had in a peak. */
export interface PeakProcess {
  /** Its number. */
  pid: number;
  /** Its start, in the platform's ticks since boot: with the number, its identity. */
  startTime: number;
  /** The file name of its executable, as it was last; null where the recording does not hold its birth. */
  name: string | null;
  /** What it does; null where that is not known. */
  role: string | null;
  /** Its part: see `processMetric`. */
  value: number;
  /** Whether some of it is its share of what no reading saw, by the summary's rule. */
  estimated: boolean;
}

/** How a session used what the machine has. Every `Option` is null in JSON where the value is not known. */
export interface Utilisation {
  /** The words of the root's command line, secrets masked. */
  command: string[];
  /** How long the command took, as in the summary. */
  durationMs: number;
  /** Samples taken. */
  samples: number;
  /** The part of the duration that the samples tell of. */
  coveredMs: number;
  /** Processors. */
  cpu: CpuUse;
  /** Memory of the tree: the estimate that counts shared pages once. */
  memory: MemoryUse;
  /** Memory of the tree: the sum of resident memory. */
  rssSum: MemoryUse;
  /** Bytes fetched from storage. */
  read: ByteFlow;
  /** Bytes sent towards storage. */
  written: ByteFlow;
  /** Bytes that the living took out of files, pipes and the like, from a cache too (read(2)). */
  readChars: ByteFlow;
  /** Bytes that the living put into them (write(2)). */
  writtenChars: ByteFlow;
  /** Bytes received over TCP connections of the tree. */
  netRx: ByteFlow;
  /** Bytes sent over them. */
  netTx: ByteFlow;
  /** Page faults. */
  faults: FaultCounts;
  /** Threads alive at a sample. */
  threads: Spread;
  /** File descriptors that the living had open at a sample. */
  fds: Spread;
  /** Processes alive at a sample. */
  processes: Spread;
  /** The most processes alive at once, between samples too. */
  processesPeak: number;
  /** Processes seen; null in a session that was cut. */
  processesSeen: number | null;
  /** What the run waited for. */
  waits: WaitTimes;
  /** How much went on at once. */
  concurrency: Concurrency;
  /** The phases of the run, in order: together they are the whole of it. Empty where there are no samples. */
  phases: Phase[];
}

/** How the values of the samples are spread. All are null where no sample has a value. */
export interface Spread {
  /** The mean over time: a value counts for as long as its interval was; null where the intervals have no length. */
  mean: number | null;
  /** The mean over the samples, in which each counts alike: what tools give that do not know the time. It leans towards what happened while samples were taken more often, and that is a run's beginning. */
  meanOfSamples: number | null;
  /** The standard deviation over the samples. */
  stdev: number | null;
  /** The lowest. */
  min: number | null;
  /** The one in the middle: the 50th percentile over the samples. */
  median: number | null;
  /** The 90th percentile over the samples. */
  p90: number | null;
  /** The 95th. */
  p95: number | null;
  /** The 99th. */
  p99: number | null;
  /** The highest. */
  max: number | null;
}

/** The use of processors. A core that is busy all the time is 1. */
export interface CpuUse {
  /** Processor time of the whole tree, as in the summary. */
  cpuMs: number | null;
  /** Cores that the command could use. */
  coresAvailable: number | null;
  /** Cores kept busy over the whole time, as in the summary; the mean over the samples where records are missing. */
  coresMean: number | null;
  /** Cores kept busy over the busiest interval, as in the summary: too short an interval is not believed. */
  coresPeak: number | null;
  /** What `coresMean` is of the cores available, in percent. */
  percentOfAvailable: number | null;
  /** Cores available that did nothing for the tree, in the mean. */
  coresIdleMean: number | null;
  /** How long at least 95 % of the cores available were busy. */
  fullLoadMs: number | null;
  /** What that is of the time whose load is known, between 0 and 1. */
  fullLoadShare: number | null;
  /** How long the tree kept less than 5 % of one core busy. */
  nearlyIdleMs: number | null;
  /** What that is of the time whose load is known, between 0 and 1. */
  nearlyIdleShare: number | null;
  /** Cores busy in the intervals of the samples, as they were read. */
  cores: Spread;
}

/** The use of memory by one way of counting. */
export interface MemoryUse {
  /** The most, as in the summary. */
  peakBytes: number | null;
  /** When; null where that was between two samples. */
  peakAtMs: number | null;
  /** Who held most of it at the sample with the most, at most ten. */
  holders: Holder[];
  /** Bytes held at the samples. */
  bytes: Spread;
}

/** Bytes that moved. */
export interface ByteFlow {
  /** All of them. */
  bytes: number | null;
  /** Bytes per second over the whole time. */
  perSecondMean: number | null;
  /** Bytes per second over the interval with the most; too short an interval is not believed. */
  perSecondPeak: number | null;
  /** When that interval ended. */
  peakAtMs: number | null;
}

/** Page faults. */
export interface FaultCounts {
  /** Served without reading from storage: as in the summary, or those of the living where the kernel told no total. */
  minor: number | null;
  /** Those that waited for storage, likewise. */
  major: number | null;
}

/** What a run waited for, as in the summary. */
export interface WaitTimes {
  /** Time that first threads were ready to run and waited for a processor. */
  runDelayMs: number | null;
  /** Time that first threads waited for storage. */
  blockDelayMs: number | null;
  /** How long tasks of the whole machine stood still. */
  pressure: PressureSummary | null;
  /** The part of the duration in which some task of the machine waited for memory, between 0 and 1. */
  memoryStalledShare: number | null;
}

/** How much went on at once. */
export interface Concurrency {
  /** For 0, 1, 2, … busy cores (rounded) how long so many were busy; empty where no load is known. */
  byCores: ConcurrencyLevel[];
  /** For 0, 1, 2, … busy processes how long so many were; empty where it is not known who worked. */
  byProcesses: ConcurrencyLevel[];
  /** How long exactly one process was busy. */
  oneProcessMs: number | null;
  /** What that is of the time in which it is known who worked, between 0 and 1. */
  oneProcessShare: number | null;
  /** The end of the run in which no two processes worked at once; null where they did until the end. */
  serialTail: SerialTail | null;
}

/** How long so many were busy. */
export interface ConcurrencyLevel {
  /** How many; the highest that is told apart is 1024. */
  count: number;
  /** How long. */
  ms: number;
  /** What that is of all levels together, between 0 and 1. */
  share: number;
}

/** The longest end of a run in which at most one process worked at a time. */
export interface SerialTail {
  /** When it begins. */
  fromMs: number;
  /** How long it lasts: until the run's end. */
  durationMs: number;
  /** What that is of the whole duration, between 0 and 1. */
  share: number;
  /** Processor time of the tree in it. */
  cpuMs: number;
  /** Cores kept busy in it, in the mean. */
  coresMean: number;
  /** The process that used most of that; null where none worked, or none that has a name. */
  pid: number | null;
  /** Its start: with the number, its identity. */
  startTime: number | null;
  /** The file name of its executable. */
  name: string | null;
  /** What it does. */
  role: string | null;
  /** The part of the tail's processor time that it used, between 0 and 1; null where none was used. */
  cpuShare: number | null;
}

/** A stretch of the run that is like itself and unlike its neighbours. */
export interface Phase {
  /** What it is, in words: "startup", "webpack, 1 core", "idle". */
  name: string;
  /** When it begins: where the phase before it ends. */
  fromMs: number;
  /** When it ends. */
  atMs: number;
  /** Cores kept busy, in the mean. */
  coresMean: number | null;
  /** Memory held, in the mean over time: the estimate, or the sum of resident memory where there is none. */
  memoryMeanBytes: number | null;
  /** Bytes read from and written to storage per second, in the mean. */
  ioBytesPerSecondMean: number | null;
  /** Living processes, in the mean over time. */
  processesMean: number | null;
  /** Processes born in it, those that were found alive included. */
  processesStarted: number;
  /** Who used its processor time, the foremost first, at most five. */
  roles: PhaseRole[];
}

/** What the processes of one role used of a phase. */
export interface PhaseRole {
  /** The role without a running number, or the name of what has none. */
  role: string;
  /** How many such processes worked. */
  processes: number;
  /** Their processor time. */
  cpuMs: number;
  /** What that is of the phase's processor time, between 0 and 1. */
  share: number;
}
