// What a user of a Node library does to watch a command: start it, ask each 100 ms until it ends, add up.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/**
 * Runs the command of our own words (`<file> <command…>`) and writes the sums to the file when it has ended.
 * @param {(root: number) => Promise<{ pids: number[], cores: number, bytes: number }>} ask what the tree uses right now
 */
export async function poll(ask) {
  const [out, file, ...words] = process.argv.slice(2);
  const child = spawn(file, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  let running = true;
  child.once('exit', (code) => {
    running = false;
    process.exitCode = code ?? 1;
  });
  const pids = new Set();
  let [cpuNs, peakBytes, before] = [0, 0, performance.now()];
  while (running) {
    const begun = performance.now();
    try {
      const answer = await ask(child.pid);
      for (const pid of answer.pids) pids.add(pid);
      const now = performance.now();
      cpuNs += answer.cores * (now - before) * 1e6;
      before = now;
      peakBytes = Math.max(peakBytes, answer.bytes);
    } catch {
      // A process that ends while it is asked about makes the libraries fail; the next turn asks again.
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (performance.now() - begun))));
  }
  writeFileSync(out, JSON.stringify({ processes: pids.size, cpuNs, peakBytes }));
}
