// Looks at processes as /proc tells of them, and waits for what has to come.

import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** Waits until a condition holds; the deadline of the test ends what never comes. */
export async function until(condition) {
  while (!condition()) await setImmediate();
}

/** Whether a process is there and has not ended: a zombie that nobody waits for counts as gone. */
export function isAlive(pid) {
  const state = stateOf(pid);
  return state !== null && state !== 'Z' && state !== 'X';
}

/** The pids of the living children of this very process. */
export function livingChildren() {
  return tasks('self').flatMap((task) => numbers(contents(`/proc/self/task/${task}/children`)));
}

/** The pids of a process and of all that descend from it. */
export function withDescendants(pid) {
  const children = tasks(pid).flatMap((task) => numbers(contents(`/proc/${pid}/task/${task}/children`)));
  return [pid, ...children.flatMap(withDescendants)];
}

/** How many descriptors and threads this process has. */
export function ownCounts() {
  return { fds: readdirSync('/proc/self/fd').length, threads: readdirSync('/proc/self/task').length };
}

/** The state in a process's line in proc_pid_stat(5), or null where there is none. */
function stateOf(pid) {
  const stat = contents(`/proc/${pid}/stat`);
  return stat === null ? null : stat[stat.lastIndexOf(')') + 2];
}

/** The threads of a process; none of one that has gone. */
function tasks(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function numbers(text) {
  return (text ?? '').split(' ').filter(Boolean).map(Number);
}

function contents(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
