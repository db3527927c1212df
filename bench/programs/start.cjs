// Starts `true` in a Node process of a given size, in turns with procmon and with node:child_process, and prints what each
// start cost this process. Words: <procmon> <megabytes> <rounds> <starts in a round>.

'use strict';

const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');

/** What one of the lists below takes in the heap, about. */
const LIST_BYTES = 4000;

const [product, ...numbers] = process.argv.slice(2);
const [megabytes, rounds, starts] = numbers.map(Number);
const { run } = require(product);

const ballast = grow(megabytes * 2 ** 20);

const WAYS = {
  procmon: async () => {
    const { exitCode } = await run('true', { stdio: 'ignore' });
    return exitCode;
  },
  spawn: () => new Promise((resolve) => spawn('true', { stdio: 'ignore' }).once('exit', resolve)),
};

main();

async function main() {
  // The first starts load code and make the threads of libuv.
  for (const start of Object.values(WAYS)) await cost(start);
  const measured = [];
  for (let round = 0; round < rounds; round++) {
    const ways = Object.entries(WAYS);
    if (round % 2 === 1) ways.reverse();
    const turn = {};
    for (const [name, start] of ways) turn[name] = await cost(start);
    measured.push(turn);
  }
  const [rssBytes, kept] = [resident(), ballast.length];
  process.stdout.write(JSON.stringify({ rounds: measured, rssBytes, kept }));
}

/** Nanoseconds for one start: processor time of this process, all its threads included and its children not, and wall time. */
async function cost(start) {
  const [cpu, wall] = [process.cpuUsage(), process.hrtime.bigint()];
  for (let count = 0; count < starts; count++) {
    const exitCode = await start();
    if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`);
  }
  const { user, system } = process.cpuUsage(cpu);
  const wallNs = Number(process.hrtime.bigint() - wall) / starts;
  return { cpuNs: ((user + system) * 1000) / starts, wallNs };
}

/** Grows this process to that size: of what is missing, half is objects of the heap and the rest a buffer. */
function grow(bytes) {
  const count = Math.floor(Math.max(0, bytes - resident()) / 2 / LIST_BYTES);
  const lists = Array.from({ length: count }, () => Array.from({ length: 100 }, (_, index) => ({ index })));
  return [...lists, Buffer.alloc(Math.max(0, bytes - resident()), 1)];
}

function resident() {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]) * 1024;
}
