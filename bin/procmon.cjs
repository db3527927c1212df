#!/usr/bin/env node
'use strict';

// Finds the native command line and becomes it. Where Node cannot replace itself, it stays as a parent that passes signals
// down and ends as its child ends.

const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const os = require('node:os');
const { findBinary } = require('../js/binary.cjs');
const { missingRemedy } = require('../js/platform.cjs');

/** The exit code for troubles of our own, as timeout(1) and env(1) have it. */
const OWN_FAILURE = 125;

/** What is sent to one process, and has to go on to the command line. */
const SENT_TO_ONE = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
/** What a terminal sends to all of its foreground processes, the command line among them. */
const SENT_TO_ALL = ['SIGINT', 'SIGQUIT'];

main();

function main() {
  // The command line tells by this that there is a parent whose end it has to notice; a stale one would mislead it.
  const { PROCMON_SHIM_PID: _, ...env } = process.env;
  let binary;
  try {
    const found = findBinary();
    if (found.reason) return fail(found.reason, found.hint);
    binary = found.binary;
    become(binary, env);
    stayAsParent(binary, { ...env, PROCMON_SHIM_PID: `${process.pid}` });
  } catch (error) {
    const what = binary ?? 'the native program';
    const isDenied = error.code === 'ERR_ACCESS_DENIED';
    const hint = isDenied ? 'node --permission needs --allow-child-process and --allow-fs-read' : missingRemedy();
    fail(`${what} could not be started: ${error.message}`, hint);
  }
}

/** Replaces this process; returns where Node (before 22.15) or the system (Windows) has no such call. */
function become(binary, env) {
  if (!process.execve) return;
  try {
    process.execve(binary, [binary, ...process.argv.slice(2)], env);
  } catch (error) {
    if (error.code !== 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM') throw error;
  }
}

function stayAsParent(binary, env) {
  const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit', env });
  const listeners = new Map();
  for (const name of SENT_TO_ONE) listeners.set(name, () => child.kill(name));
  for (const name of SENT_TO_ALL) listeners.set(name, () => terminalSends() || child.kill(name));
  for (const [name, listener] of listeners) process.on(name, listener);
  child.on('error', (error) => fail(`${binary} could not be started: ${error.message}`, missingRemedy()));
  child.on('exit', (code, signal) => {
    // A listener of ours would swallow the signal that we are to die by.
    for (const [name, listener] of listeners) process.off(name, listener);
    process.exitCode = code ?? 128 + os.constants.signals[signal];
    if (signal) process.kill(process.pid, signal);
  });
}

/**
 * Whether the terminal's signals reach the child without us: we are among the terminal's foreground processes. One that
 * somebody else has sent to us alone cannot be told from them there.
 */
function terminalSends() {
  try {
    // proc_pid_stat(5): the fields after the name in parentheses are state, ppid, pgrp, session, tty_nr and tpgid.
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return process.stdin.isTTY === true;
  }
}

function fail(reason, hint) {
  process.stderr.write(`procmon: ${reason}\n  hint: ${hint}\n`);
  process.exitCode = OWN_FAILURE;
  return null;
}
