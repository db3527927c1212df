// Programs that stay while they are measured: how they are started, what they have used so far, and their end whatever happens.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long anything may take until it is there. */
const PATIENCE_MS = 60_000;

/** How a Prometheus asks for figures. */
const PROMETHEUS = {
  accept: 'text/plain;version=0.0.4;q=1,*/*;q=0.1',
  'accept-encoding': 'gzip',
};

/** Programs that are ended together, each with all that it started. */
export class Standing {
  #clock;
  #children = [];

  /** @param {string} clock the program that prints the processor time of a process */
  constructor(clock) {
    this.#clock = clock;
  }

  /** Starts a command as the leader of a group of its own and returns its number. */
  start(command, { env } = {}) {
    const options = { detached: true, stdio: 'ignore', env: { ...process.env, ...env } };
    const child = spawn(command[0], command.slice(1), options);
    child.once('error', () => {});
    if (!child.pid) throw new Error(`${command[0]} could not be started`);
    this.#children.push(child);
    return child.pid;
  }

  /** So many processes of a command below one shell; returns the number of the shell once all of them have begun. */
  async crowd(command, count) {
    const script = 'count=$1; shift; while [ $count -gt 0 ]; do (echo; exec "$@") & count=$((count - 1)); done; wait';
    const words = ['-c', script, 'crowd', String(count), ...command];
    const child = spawn('sh', words, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    this.#children.push(child);
    const until = Date.now() + PATIENCE_MS;
    for (let begun = 0; begun < count; ) {
      if (Date.now() > until) throw new Error(`${begun} of ${count} processes of ${command[0]} have begun`);
      const [chunk] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
      begun += chunk.length;
    }
    child.stdout.resume();
    return child.pid;
  }

  /** The nanoseconds of processor time that a process has used. */
  cpuNs(pid) {
    const { status, stdout } = spawnSync(this.#clock, [String(pid)], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`process ${pid} has ended`);
    return Number(stdout);
  }

  /** Ends everything that was started and waits for it. */
  async end() {
    const children = this.#children.splice(0).filter(({ exitCode, signalCode }) => exitCode === null && !signalCode);
    const ends = children.map((child) => once(child, 'exit'));
    for (const { pid } of children) process.kill(-pid, 'SIGKILL');
    await Promise.all(ends);
  }
}

/** The bytes of memory of a process: all that is resident, and the part of it that is backed by no file. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024;
  return { rss: bytes('VmRSS'), anonymous: bytes('RssAnon') };
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/** A scraper with one connection that it keeps, as Prometheus has it. */
export class Scraper {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #port;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  /**
   * One scrape.
   * @returns {Promise<{ wallNs: number, bytes: number }>} `bytes`: what came over the wire
   */
  async scrape(headers = PROMETHEUS) {
    const begun = process.hrtime.bigint();
    const options = { host: '127.0.0.1', port: this.#port, path: '/metrics', agent: this.#agent, headers };
    const [response] = await once(get(options), 'response');
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.length;
    if (response.statusCode !== 200) throw new Error(`a scrape was answered with ${response.statusCode}`);
    return { wallNs: Number(process.hrtime.bigint() - begun), bytes };
  }

  /** Waits until somebody answers. */
  async whenThere() {
    const until = Date.now() + PATIENCE_MS;
    while (Date.now() < until) {
      try {
        return await this.scrape();
      } catch (error) {
        if (error.code !== 'ECONNREFUSED') throw error;
        await sleep(20);
      }
    }
    throw new Error(`nobody listens on port ${this.#port}`);
  }

  close() {
    this.#agent.destroy();
  }
}
