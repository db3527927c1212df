// Figures of processes for Prometheus: what to count, and who is told.

/** Who is counted, in which groups, and under which names. */
export interface ExporterOptions {
  /** Count these processes and what they start, and nobody else. Default: the whole machine, but for the kernel's own threads. */
  pids?: readonly number[] | undefined;
  /** Count the processes of these names and what they start, and nobody else. */
  names?: readonly string[] | undefined;
  /**
   * Of these, count those alone that one of these means. A text is a part of the name, and after `command:` of the command
   * line; a regular expression is one for the name, and `'command:/jest-worker/'` one for the command line. Regular
   * expressions have no flag but `u`, no look-around and no back-references.
   */
  include?: readonly (string | RegExp)[] | undefined;
  /** Of these, do not count those that one of these means. */
  exclude?: readonly (string | RegExp)[] | undefined;
  /**
   * What processes are counted together by: the program's name, the user, the first word of the command line, the path of
   * the program, the control group, what it does (`jest worker`), or the tool that it is a run of (`jest`). Default `name`.
   */
  groupBy?: 'name' | 'user' | 'command' | 'exe' | 'cgroup' | 'role' | 'tool' | undefined;
  /** Groups of one's own, instead of `groupBy`: the first rule that fits counts, and who fits none is where its parent is. */
  processNames?: readonly ProcessNameRule[] | undefined;
  /** Groups that are shown with zeros as long as nobody is in them. */
  expect?: readonly string[] | undefined;
  /**
   * Whether single processes are shown, too, all of them or those that pass filters: every process is a set of series of its
   * own. Default false; true where `compat` names figures that single processes have.
   */
  processes?: boolean | ProcessFilter | undefined;
  /** How many groups and single processes there may be; the groups beyond are counted together as `other`. Default 10,000. */
  maxSeries?: number | undefined;
  /** Labels of every figure. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** Whose names the figures have. Default: procmon's own. */
  compat?: 'process-exporter' | 'darwin-exporter' | 'per-pid' | undefined;
  /** How old a reading may be that a scrape is answered with, in milliseconds; 0 for a new one each time. Default 1000. */
  maxAgeMs?: number | undefined;
}

/** Whom a group is for, as in the configuration of prometheus-process-exporter: all that is said has to fit. */
export interface ProcessNameRule {
  /** The group's name, where `{{.Comm}}`, `{{.Matches.port}}` and the like stand for what a process tells. Default `{{.ExeBase}}`. */
  name?: string | undefined;
  /** The kernel's name for the process is one of these. */
  comm?: readonly string[] | undefined;
  /** The program is one of these: its path where it has a slash, its file name otherwise. */
  exe?: readonly string[] | undefined;
  /** Each of these matches the command line; what their named groups capture can be in the name. */
  cmdline?: readonly (string | RegExp)[] | undefined;
  /** Whether the group is shown with zeros as long as nobody is in it. Default false. */
  expect?: boolean | undefined;
}

/** Which single processes are shown: those that pass every filter. */
export interface ProcessFilter {
  /** The so many that use most processor time. */
  top?: number | undefined;
  /** Those that keep so many cores busy. */
  minCpuCores?: number | undefined;
  /** Those whose resident memory is so large. */
  minMemoryBytes?: number | undefined;
  /** Those that are so old, in milliseconds. */
  minAgeMs?: number | undefined;
}

/** What a scrape asks for. */
export interface CollectOptions {
  /** A header `Accept`: OpenMetrics 1.0 where it prefers that, and the text format 0.0.4 otherwise. Default: the text format. */
  accept?: string | undefined;
}

/** Where to serve figures. */
export interface ListenOptions {
  /** 0 for any that is free. Default 9925. */
  port?: number | undefined;
  /** Default `127.0.0.1`. A warning is emitted where others than this machine can reach it. */
  host?: string | undefined;
  /** The path of the figures. Default `/metrics`. */
  path?: string | undefined;
}

/** Where figures are served. */
export interface Listening {
  /** The port, also where 0 was asked for. */
  readonly port: number;
  /** The address. */
  readonly host: string;
  /** Where the figures are. */
  readonly url: string;
}

/** Figures of processes, counted since the exporter was made. */
export interface Exporter {
  /** The content type of what `collectOnce()` gives. */
  readonly contentType: string;
  /**
   * The figures of this moment, for an answer of your own server. Whoever asks while a reading is under way shares it. Rejects
   * with `ERR_PROCMON_CLOSED` once the exporter is closed, and with `ERR_INVALID_ARG_TYPE` where an option makes no sense.
   */
  collectOnce(options?: CollectOptions): Promise<string>;
  /**
   * Serves the figures over HTTP, with `/healthz` and a front page beside them, and holds the event loop until `close()`. Rejects
   * with a `ProcmonError`: `EADDRINUSE`, `EACCES` and the like, `ERR_SERVER_ALREADY_LISTEN`, `ERR_PROCMON_CLOSED`.
   */
  listen(options?: ListenOptions): Promise<Listening>;
  /** Ends the counting and the server, once what has been asked for has been answered. Called again, it gives the same. */
  close(): Promise<void>;
  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
