'use strict';

const { endAtExit, leaveAtExit } = require('./cleanup.cjs');
const { AbortError, ProcmonError, invalidArgType } = require('./errors.cjs');
const { Monitor } = require('./monitor.cjs');
const { NoSession } = require('./no-session.cjs');
const { flag, runOrder } = require('./options.cjs');
const { checkMayStart } = require('./permission.cjs');
const { Session } = require('./session.cjs');
const { closeStreams, handOnInput, openStreams } = require('./stdio.cjs');
const { keyOf } = require('./tree.cjs');
const check = require('./validate.cjs');

// Taken when this is loaded: a test that fakes the timers later must not keep an error back.
const { nextTick } = process;

/** A command that was started and is being watched. index.d.ts tells what each member is. */
class Run extends Monitor {
  #session;
  #result;
  #killsTree;
  #streams;

  constructor(request) {
    const session = begun(request);
    super(session);
    this.#session = session;
    this.#killsTree = request.order.target.launch.stopping.descendants;
    this.#streams = openStreams(session.pipes);
    Object.assign(this, this.#streams);
    this.#result = conclude(session, request, this.#streams);
    // Who neither awaits nor listens is not told; who awaits gets a promise that was made from this one.
    this.#result.catch((error) => nextTick(() => this.listenerCount('error') > 0 && this.emit('error', error)));
  }

  ref() {
    for (const stream of Object.values(this.#streams)) stream?.ref();
    return super.ref();
  }

  unref() {
    for (const stream of Object.values(this.#streams)) stream?.unref();
    return super.unref();
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
  return new Run({ command, args: [...words], order, reject, signal, stdio: given.stdio });
}

/** Runs a command to its end. */
async function executeWithMonitoring(command, options = {}) {
  const given = check.object(options, 'options');
  const monitor = Array.isArray(command)
    ? run(command[0], command.slice(1), given)
    : run(command, { ...given, shell: given.shell ?? true });
  const { exitCode } = await monitor;
  return [exitCode, monitor];
}

/**
 * The session of a command. What keeps it from starting is told to those who wait for the result; that options make no sense
 * together is told at once, as of any argument.
 */
function begun({ order, signal, stdio }) {
  if (signal?.aborted) return new NoSession(new AbortError(signal));
  try {
    const session = new Session(order);
    handOnInput(stdio);
    return session;
  } catch (error) {
    // What the native half alone can tell of arguments throws as all that is wrong with them does.
    if (error.code === 'ERR_INVALID_ARG_VALUE') throw error;
    return new NoSession(error);
  }
}

/** Waits for the end of the command and says what it came to. */
async function conclude(session, { command, args, order, reject, signal }, streams) {
  let wasAborted = false;
  const cancel = () => {
    wasAborted = true;
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
  // A command that had ended by itself when the signal was aborted was not ended by that.
  const isCanceled = wasAborted && session.end.cause === 'stopped';
  const result = resultOf(session, { command, args, isCanceled });
  if (isCanceled) throw new AbortError(signal, result);
  if (reject && result.failed) throw failure(result);
  return result;
}

/** The names are execa's, where it has one. */
function resultOf(session, { command, args, isCanceled }) {
  const { ending, cause } = session.end;
  const { exitCode, signal } = ending ?? { exitCode: null, signal: null };
  const summary = session.summary();
  const timedOut = cause === 'durationPassed';
  // Parsed when they are looked at: there can be many.
  let samples;
  let processes;
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
    get processes() {
      processes ??= session.processes();
      return processes;
    },
    get survivors() {
      const keys = new Set(session.end.survivors.map(keyOf));
      return keys.size === 0 ? [] : this.processes.filter((process) => keys.has(keyOf(process)));
    },
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
