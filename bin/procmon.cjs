#!/usr/bin/env node
'use strict';

// Finds the native command line and becomes it. Where Node cannot replace itself, it stays as a parent that passes signals
// down and ends as its child ends.

const { spawn } = require('node:child_process');
const { constants, accessSync, existsSync, readFileSync, statSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { missingRemedy, platformName, platformPackage } = require('../js/platform.cjs');

/** The exit code for troubles of our own, as timeout(1) and env(1) have it. */
const OWN_FAILURE = 125;
const FILE = process.platform === 'win32' ? 'procmon.exe' : 'procmon';
const ROOT = path.join(__dirname, '..');

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
    binary = findBinary();
    if (binary === null) return;
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

/** The native command line; null when it was said that there is none that can be run. */
function findBinary() {
  const override = process.env.PROCMON_BINARY;
  const candidates = override ? [path.resolve(override)] : ownBinaries();
  const binary = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (binary === undefined) {
    const tried = candidates.join(', ');
    const hint = override ? 'PROCMON_BINARY is set, so nothing else is tried: correct it or unset it' : missingRemedy();
    return fail(`the native program for ${platformName()} was not found; tried: ${tried}`, hint);
  }
  try {
    // A failed execve(2) would end Node with a core dump, so the question comes first.
    accessSync(binary, constants.X_OK);
    return binary;
  } catch {
    return fail(`${binary} is not executable`, `chmod +x '${binary}'`);
  }
}

/** Where the command line can be, best first: a checkout's build, then the platform package. */
function ownBinaries() {
  const built = ['release', 'debug'].map((profile) => path.join(ROOT, 'target', profile, FILE));
  const inCheckout = existsSync(path.join(ROOT, 'Cargo.toml')) ? built : [];
  let manifest;
  try {
    manifest = require.resolve(`${platformPackage()}/package.json`);
  } catch {
    return [...inCheckout, platformPackage()];
  }
  const [found, wanted] = [manifest, '../package.json'].map((file) => require(file).version);
  if (found === wanted) return [...inCheckout, path.join(path.dirname(manifest), FILE)];
  throw new Error(`${platformPackage()} has version ${found} and procmon ${wanted}; install the package again`);
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
