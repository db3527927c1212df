'use strict';

const { endAtExit, leaveAtExit } = require('./cleanup.cjs');
const { AbortError, ProcmonError, invalidArgType } = require('./errors.cjs');
const { Monitor } = require('./monitor.cjs');
const { NoSession } = require('./no-session.cjs');
const { flag, runOrder } = require('./options.cjs');
const { checkMayStart } = require('./permission.cjs');
const { ProcessList } = require('./processes.cjs');
const { Session } = require('./session.cjs');
const { closeStreams, openStreams } = require('./stdio.cjs');
const check = require('./validate.cjs');

/** A command that was started and is being watched. index.d.ts tells what each member is. */
class Run extends Monitor {
  #session;
  #result;
  #killsTree;

  constructor(request) {
    const processes = new ProcessList();
    const session = begun(request, processes);
    super(session);
    this.#session = session;
    this.#killsTree = request.order.target.launch.stopping.descendants;
    const streams = openStreams(session.pipes);
    Object.assign(this, streams);
    this.#result = conclude(session, processes, request, streams);
    // Who neither awaits nor listens is not told; who awaits gets a promise that was made from this one.
    this.#result.catch((error) => process.nextTick(() => this.listenerCount('error') > 0 && this.emit('error', error)));
  }

  kill(signal = 'SIGTERM') {
    return this.#session.kill(check.signalNumber(signal, 'signal'), this.#killsTree);
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited for its result
  then(onResult, onError) {
    return this.#result.then(onResult, onError);
  }

  catch(onError) {
    return this.#result.catch(onError);
  }

  finally(onEnd) {
    return this.#result.finally(onEnd);
  }
}

/** Starts a command and watches it. */
function run(command, args, options) {
  const hasArgs = args === undefined || args === null || Array.isArray(args);
  if (!hasArgs && (typeof args !== 'object' || options !== undefined)) {
    throw invalidArgType('args', 'an instance of Array', args);
  }
  const given = check.object((hasArgs ? options : args) ?? {}, 'options');
  const words = (hasArgs && args) || [];
  const { signal } = given;
  if (signal !== undefined) check.abortSignal(signal, 'options.signal');
  const reject = flag(given, 'reject', false);
  const order = runOrder(command, words, given);
  checkMayStart(command);
  return new Run({ command, args: [...words], order, reject, signal });
}

/** Runs a command to its end. */
async function executeWithMonitoring(command, options = {}) {
  const given = check.object(options, 'options');
  const monitor = Array.isArray(command)
    ? run(command[0], command.slice(1), given)
    : run(command, { shell: true, ...given });
  const { exitCode } = await monitor;
  return [exitCode, monitor];
}

/** The session of a command; what keeps it from starting is told to those who wait for the result. */
function begun({ order, signal }, processes) {
  if (signal?.aborted) return new NoSession(new AbortError(signal));
  try {
    return new Session(order, processes);
  } catch (error) {
    return new NoSession(error);
  }
}

/** Waits for the end of the command and says what it came to. */
async function conclude(session, processes, { command, args, order, reject, signal }, streams) {
  let isCanceled = false;
  const cancel = () => {
    isCanceled = true;
    // What goes wrong is told to those who await the run.
    session.stop().catch(() => {});
  };
  const finished = session.finished();
  signal?.addEventListener('abort', cancel, { once: true });
  if (order.cleanup) endAtExit(session, order.target.launch.stopping.signal);
  try {
    await finished;
  } finally {
    signal?.removeEventListener('abort', cancel);
    leaveAtExit(session);
    closeStreams(streams);
  }
  const result = resultOf(session, processes, { command, args, isCanceled });
  if (isCanceled) throw new AbortError(signal, result);
  if (reject && result.failed) throw failure(result);
  return result;
}

/** The names are execa's, where it has one. */
function resultOf(session, processes, { command, args, isCanceled }) {
  const { ending, cause } = session.end;
  const { exitCode, signal } = ending ?? { exitCode: null, signal: null };
  const summary = session.summary();
  processes.close(session.end, session.latest);
  const timedOut = cause === 'durationPassed';
  let samples;
  return {
    command,
    args,
    cwd: session.header.cwd,
    pid: session.pid,
    exitCode,
    signal,
    failed: exitCode !== 0 || isCanceled || timedOut,
    isCanceled,
    isTerminated: signal !== null,
    timedOut,
    durationMs: summary.durationMs,
    summary,
    processes: processes.all(),
    survivors: processes.of(session.end.survivors),
    /** Parsed when they are looked at: there can be many. */
    get samples() {
      samples ??= session.samples();
      return samples;
    },
  };
}

function failure(result) {
  const { command, args, exitCode, signal, pid, timedOut } = result;
  const end = signal === null ? `failed with exit code ${exitCode}` : `was ended by ${signal}`;
  const how = timedOut ? 'did not end in time' : end;
  const message = `the command ${how}: ${[command, ...args].join(' ')}`;
  return new ProcmonError(message, { code: 'ERR_PROCMON_COMMAND_FAILED', pid, result });
}

module.exports = { executeWithMonitoring, run };
