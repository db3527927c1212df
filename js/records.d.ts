// The records of a session, as they stand in a recording. docs/FORMAT.md is the specification.

/** The identity of a process: numbers are used again, the pair is not. */
export interface ProcessKey {
  /** Its number. */
  pid: number;
  /** When it started, in the platform's ticks since boot (Linux: 1/100 s). */
  startTime: number;
}

/** The program that a process runs. A fork has its parent's until it runs another. */
export interface Image {
  /** The file name of its executable, or of the command's first word. */
  name: string;
  /** The words of its command line, secrets masked; empty where unknown. */
  command: string[];
  /** The path of its executable; null where unknown. */
  exe: string | null;
  /** Its working directory; null where unknown. */
  cwd: string | null;
  /** The few variables that tell roles (worker ids, lifecycle), where it has any. */
  environment?: Record<string, string>;
  /** What it does ("jest worker 2"); null where that is not known. */
  role: string | null;
  /** Present where this is the parent's program, because its own was never seen. */
  inherited?: true;
}

/** A process as it was born or found. */
export interface ProcessInfo extends ProcessKey, Image {
  /** Its parent at birth; null of a root, and where the parent had gone before it was seen. */
  parent: ProcessKey | null;
  /** When it was born or found, in milliseconds since the watching began. */
  startedMs: number;
  /** The user that it runs as; null where unknown. */
  uid: number | null;
}

/** A process runs another program. */
export interface ExecEvent extends ProcessKey {
  type: 'event';
  event: 'renamed';
  /** When, in milliseconds since the watching began. */
  atMs: number;
  /** What it runs now; `inherited` where it had gone before that could be read. */
  image: Image;
}

/** A process ended. What it had used is null where it was never read. */
export interface ExitEvent extends ProcessKey {
  type: 'event';
  event: 'ended';
  /** When, in milliseconds since the watching began. */
  atMs: number;
  /** Its exit code; null where a signal ended it or nobody could say. */
  exitCode: number | null;
  /** The signal that ended it; null where it exited or nobody could say. */
  signal: string | null;
  /** Its processor time in nanoseconds. */
  cpuNs: number | null;
  /** Whether that was read after its end, and not just before. */
  cpuFinal: boolean;
  /** Its largest resident memory, as far as it was seen. */
  rssPeakBytes: number | null;
  /** Whether there was none larger. */
  rssPeakFinal: boolean;
  /** Bytes that it fetched from storage. */
  readBytes: number | null;
  /** Bytes that it sent towards storage. */
  writtenBytes: number | null;
  /** Time that its first thread was ready to run and waited for a processor. */
  runDelayNs: number | null;
  /** Time that its first thread waited for storage. */
  blockDelayNs: number | null;
  /** Present where the kernel killed it for want of memory. */
  oomKilled?: true;
}

/** Something went wrong with the watching. */
export interface Warning {
  type: 'warning';
  /** When it was noticed, in milliseconds since the watching began; null where that has no time. */
  atMs: number | null;
  /** What; newer versions know more kinds. */
  kind:
    | 'recordsDropped'
    | 'outputFailed'
    | 'readerLagged'
    | 'notDelivered'
    | 'callsDropped'
    | 'eventsLost'
    | 'readsDenied'
    | 'accountingChanged'
    | 'survivorsLeft'
    | 'linesSkipped'
    | 'torn'
    | 'unknown';
  /** How often, or how many records it concerns. */
  count: number;
  /** The same in one sentence. */
  message: string;
}

/** What the processes of a tree used since the sample before, and how they stand: a `sample` line of a recording. */
export interface Sample {
  type: 'sample';
  /** Where the interval begins, in milliseconds since the watching began. */
  fromMs: number;
  /** Where it ends. */
  atMs: number;
  /** Processor time of the whole tree in the interval in nanoseconds, that of processes that died in it included. */
  cpuNs: number | null;
  /** The part of it that no living process used. */
  departedCpuNs: number | null;
  /** Bytes that the tree fetched from storage in the interval. */
  readBytes: number | null;
  /** Bytes that the tree sent towards storage in the interval. */
  writtenBytes: number | null;
  /** The sum of the processes' resident memory, shared pages counted for each; null where none lives, as at the end. */
  rssSumBytes: number | null;
  /** The estimate of the tree's memory: shared pages are counted once. Null likewise. */
  memoryBytes: number | null;
  /** The sum of the proportional set sizes; null where not every process has one that is fresh enough. */
  pssBytes: number | null;
  /** Threads alive in the tree. */
  threadCount: number | null;
  /** Our own processor time for this sample, in nanoseconds. */
  tookNs: number;
  /** Each living process. */
  processes: ProcessUse[];
  /** What their threads used in the interval, by name; missing without the option `threads`, and where it is empty. */
  namedThreads?: NamedThreads[];
  /** TCP bytes of processes that ended in the interval, after they were last read; missing without the option `net`, and where they cannot be counted. */
  departedNet?: { netRxBytes: number; netTxBytes: number };
  /** TCP bytes of the network namespace in the interval that no process was found for; missing without the option `net`, and where they cannot be counted. */
  stray?: { netRxBytes: number; netTxBytes: number };
}

/** What the threads of one name in one process used in an interval. */
export interface NamedThreads extends ProcessKey {
  /** Their name, at most 15 bytes. */
  name: string;
  /** How many of that name live. */
  count: number;
  /** Their processor time in the interval, in nanoseconds. */
  cpuNs: number;
}

/** What is measured of one process; docs/METRICS.md tells where each comes from and when it is null. */
export interface Metrics {
  /** Processor time, user and system, of all threads, in nanoseconds. */
  cpuNs: number | null;
  /** The part of it in user mode, to 10 ms. */
  cpuUserNs: number | null;
  /** The part of it in the kernel, to 10 ms. */
  cpuSystemNs: number | null;
  /** Page faults served without reading from storage. */
  minorFaults: number | null;
  /** Page faults that waited for storage. */
  majorFaults: number | null;
  /** Bytes fetched from storage. */
  readBytes: number | null;
  /** Bytes sent towards storage. */
  writtenBytes: number | null;
  /** Bytes passed by read(2) and its like: files, pipes, sockets and terminals. */
  readCharsBytes: number | null;
  /** Bytes passed by write(2) and its like. */
  writtenCharsBytes: number | null;
  /** Time that its first thread was ready to run and waited for a processor, in nanoseconds. */
  runDelayNs: number | null;
  /** Time that its first thread waited for storage, in nanoseconds, to 10 ms. */
  blockDelayNs: number | null;
  /** How often its first thread gave up its processor to wait for something. */
  voluntarySwitches: number | null;
  /** How often another took the processor from its first thread. */
  forcedSwitches: number | null;
  /** Bytes received over TCP connections that were seen to be its own; null in another network namespace than ours. */
  netRxBytes: number | null;
  /** Bytes sent over them; null likewise. */
  netTxBytes: number | null;
  /** Resident memory, shared pages included. */
  rssBytes: number | null;
  /** The largest resident memory since it began to run its program. */
  rssPeakBytes: number | null;
  /** The part of the resident memory that a file or shared memory backs. */
  sharedBytes: number | null;
  /** Proportional set size: resident memory, each page divided by the number of processes that map it. */
  pssBytes: number | null;
  /** Memory that was moved out to swap. */
  swapBytes: number | null;
  /** Address space. */
  virtualBytes: number | null;
  /** Threads alive. */
  threads: number | null;
  /** Open file descriptors. */
  fds: number | null;
  /** What the scheduler says of it. */
  state: 'running' | 'sleeping' | 'waiting' | 'stopped' | 'zombie' | 'other' | null;
}

/** One process in a sample: what it used in the interval (times, faults, bytes read and written), and how it stands. */
export interface ProcessUse extends ProcessKey, Metrics {}

/** A tree of processes at one moment. */
export interface Snapshot extends ProcessKey {
  /** When it was taken, in milliseconds since 1970. */
  takenAtMs: number;
  /** The sum of the processes' resident memory; pages that they share are counted for each. */
  rssSumBytes: number | null;
  /** The estimate of the tree's memory: shared pages are counted once. */
  memoryBytes: number | null;
  /** Threads alive in the tree. */
  threadCount: number | null;
  /** Each living process, the root first. */
  processes: ProcessSnapshot[];
}

/** One process in a snapshot: what it has used since its birth, and how it stands. */
export interface ProcessSnapshot extends ProcessKey, Metrics, Image {
  /** Its parent; null of the root. */
  parent: ProcessKey | null;
  /** The user that it runs as; null where unknown. */
  uid: number | null;
}

/** A process in a snapshot with its children. */
export interface ProcessTree extends ProcessSnapshot {
  /** Those whose parent it is; one whose parent has gone stands below the root. */
  children: ProcessTree[];
  /** What it and all of its descendants come to; null where that is not known of one of them. */
  subtree: Subtree;
}

/** What a process and all of its descendants come to. */
export interface Subtree {
  /** How many they are. */
  processCount: number;
  /** Their processor time since the birth of each, in nanoseconds. */
  cpuNs: number | null;
  /** The sum of their resident memory; pages that they share are counted for each. */
  rssSumBytes: number | null;
}

/** A word of the user's, at a moment. */
export interface Mark {
  type: 'mark';
  /** When, in milliseconds since the watching began. */
  atMs: number;
  /** What. */
  text: string;
}

/** A birth as it stands in a recording. */
export interface StartEvent {
  type: 'event';
  event: 'started';
  /** When, in milliseconds since the watching began. */
  atMs: number;
  /** Who. */
  process: ProcessInfo;
}

/** The kernel dropped events. */
export interface LostEvent {
  type: 'event';
  event: 'lost';
  /** When that was noticed. */
  atMs: number;
  /** How many. */
  count: number;
}

/** Something that happened to a process. */
export type RecordedEvent = StartEvent | ExecEvent | ExitEvent | LostEvent;

/** The last record of a recording; docs/FORMAT.md tells of each field. */
export interface RecordedEnd {
  type: 'end';
  /** When the watching ended. */
  atMs: number;
  /** How the root ended; null where it lives on. */
  ending: { exitCode: number | null; signal: string | null } | null;
  /** Why the watching ended. */
  cause: 'rootEnded' | 'durationPassed' | 'stopped';
  /** Processes seen. */
  processesSeen: number;
  /** Totals and the rest. */
  [field: string]: unknown;
}

/** The first record: what is watched, where and how. */
export interface Header extends ProcessKey {
  type: 'header';
  /** The version of the recording's format. */
  format: number;
  /** The version of procmon. */
  version: string;
  /** The words of the root's command line, secrets masked. */
  command: string[];
  /** The path of its executable; null where unknown. */
  executable: string | null;
  /** Its working directory at the start; null where unknown. */
  cwd: string | null;
  /** The moment that every time counts from, in milliseconds since 1970. */
  startedAtMs: number;
  /** Whether the root was running already. */
  attached: boolean;
  /** The machine. */
  host: Host;
  /** What can be known there. */
  capabilities: Capabilities;
  /** What the session was asked to do. */
  settings: Settings;
}

/** The machine. */
export interface Host {
  /** "linux", "macos" or "windows". */
  os: string;
  /** The kernel's release; null where unknown. */
  kernel: string | null;
  /** The processor's family: "x86_64", "aarch64". */
  arch: string;
  /** Processors that are online; null where unknown. */
  cpus: number | null;
  /** Processors that the command may use: affinity and a cgroup's quota count; null where unknown. */
  cpusAvailable: number | null;
  /** Physical memory; null where unknown. */
  memoryBytes: number | null;
}

/** How processes are seen, best first; docs/ARCHITECTURE.md tells what each promises. */
export type Tier = 'R' | '1' | '2' | 'T' | 'portable';

/** What can be known on this machine, with these permissions. */
export interface Capabilities {
  /** How processes are seen. */
  tier: Tier;
  /** The groups of metrics that can be read, as bits: docs/FORMAT.md lists them. */
  metrics: number;
  /** Whether the command's total is exact: its ending is waited for by us. */
  exact: boolean;
  /** A sentence for each thing that is missing. */
  reasons: string[];
  /** A sentence for each thing that was asked for and cannot be had; left out where there is none. */
  refused?: string[];
}

/** What a session was asked to do. */
export interface Settings {
  /** The profile that these came from; null for none. */
  profile: string | null;
  /** The interval between samples in the first second. */
  intervalMs: number;
  /** The interval from ten seconds on. */
  maxIntervalMs: number;
  /** How long to watch; null for as long as the root lives. */
  durationMs: number | null;
  /** Whether descendants are watched. */
  children: boolean;
  /** The groups of metrics that are read, as bits. */
  metrics: number;
  /** How many samples are kept in memory. */
  history: number;
  /** Whether what outlives the command is ended. */
  reap: boolean;
}
