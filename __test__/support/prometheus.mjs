// A real Prometheus on loopback, with a past that is made up.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { temporaryFolder } from './folders.mjs';
import { freePort } from './ports.mjs';

/** Seconds between two samples of the past, and how many there are. */
const STEP = 30;
const SAMPLES = 150;

/** The path of a program, or null where there is none. */
export function program(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(existsSync) ?? null;
}

/**
 * Starts a Prometheus that knows the given series for an hour and more, until now.
 * @param {{ name: string, isCounter: boolean, labels: Record<string, string> }[]} series counters grow, all others are 1
 * @returns {Promise<{ ask: (path: string, parameters: Record<string, string | number>) => Promise<any>, now: number,
 *   end: () => Promise<void> }>} `now`: the moment of the last sample, in seconds; the data of an answer, or an error
 */
export async function prometheusWith(series) {
  const folder = temporaryFolder('prometheus');
  const now = Math.floor(Date.now() / 1000);
  const [past, config, data] = ['past.txt', 'prometheus.yml', 'data'].map((name) => join(folder, name));
  writeFileSync(past, openMetrics(series, now));
  writeFileSync(config, 'global: {}\n');
  execFileSync(program('promtool'), ['tsdb', 'create-blocks-from', 'openmetrics', past, data], { timeout: 60_000 });
  const address = `127.0.0.1:${await freePort()}`;
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`];
  const child = spawn(program('prometheus'), options, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // A test that fails in the middle ends its process; the server must not outlive it.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const end = async () => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', kill);
  };
  await ready(`http://${address}/-/ready`, child);
  return { ask: (path, parameters) => ask(`http://${address}/api/v1/${path}`, parameters), now, end };
}

async function ask(url, parameters) {
  const answer = await fetch(`${url}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = await answer.json();
  if (status !== 'success') throw new Error(error);
  return data;
}

/** Waits until the server answers; the test's own deadline ends what never comes. */
async function ready(url, child) {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await setTimeout(20);
  }
  throw new Error(`prometheus has ended with ${child.exitCode}`);
}

/** The text that promtool makes blocks of: all samples of a family stand together. */
function openMetrics(series, now) {
  const lines = [];
  let family = null;
  for (const { name, isCounter, labels } of series.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (name !== family) lines.push(`# TYPE ${name} unknown`);
    family = name;
    const words = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    for (let index = 0; index < SAMPLES; index += 1) {
      const at = now - (SAMPLES - 1 - index) * STEP;
      lines.push(`${name}{${words.join(',')}} ${isCounter ? index * 3 : 1} ${at}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
