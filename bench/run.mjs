// What procmon costs the command that it watches, as ratios of runs that took turns. `npm run bench` runs this.
//
// Each round runs every variant once, in an order that turns with the round, so that a machine that grows slower or
// busier does so for all of them. A ratio is taken within a round; the median of the rounds and the middle half stand in the table.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const procmon = process.env.PROCMON_BINARY ?? join(root, 'target', 'release', 'procmon');
const rounds = Number(process.argv[2] ?? 11);
const scratch = mkdtempSync(join(tmpdir(), 'procmon-bench-'));

const workloads = [
  { name: 'fork-heavy shell loop', command: ['bash', '-c', 'for ((i = 0; i < 2000; i++)); do /bin/true; done'] },
  { name: 'jest, 4 workers', command: ['node', 'node_modules/.bin/jest', '-w', '4'], cwd: example('jest') },
];

try {
  if (!existsSync(procmon)) throw new Error(`${procmon} is missing: run npm run build first`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('the number of rounds must be a whole number from 1 on');
  const rows = workloads.flatMap(measure);
  print(rows);
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The folder of an example, with its dependencies installed. */
function example(name) {
  const folder = join(root, 'examples', name);
  if (!existsSync(join(folder, 'node_modules'))) {
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: folder, stdio: 'inherit' });
    if (status !== 0) throw new Error(`npm ci failed in ${folder}`);
  }
  return folder;
}

/** The rows of one workload: procmon at each tier against the plain command, and the plain command against itself. */
function measure({ name, command, cwd }) {
  const summary = join(scratch, 'summary.json');
  const watched = (accounting) => [
    procmon,
    'run',
    '--quiet',
    '--accounting',
    accounting,
    '--out',
    join(scratch, 'run.jsonl'),
    '--summary',
    summary,
    '--',
    ...command,
  ];
  const variants = [
    { label: 'itself (noise)', command },
    { label: 'procmon, tier 1', command: watched('events'), summary },
    { label: 'procmon, tier 2', command: watched('poll'), summary },
  ];
  const runs = variants.map(() => []);
  once({ command }, cwd);
  for (let round = 0; round < rounds; round++) {
    const plain = [once({ command }, cwd)];
    for (const offset of variants.keys()) {
      const index = (offset + round) % variants.length;
      const run = once(variants[index], cwd);
      plain.push(once({ command }, cwd));
      // Each run is held against the mean of the plain ones right before and after it.
      const wall = (plain.at(-1).wall + plain.at(-2).wall) / 2;
      const cpu = (plain.at(-1).cpu + plain.at(-2).cpu) / 2;
      runs[index].push({ ...run, wallRatio: run.wall / wall, cpuRatio: run.cpu / cpu });
    }
  }
  return variants.map(({ label }, index) => ({ name, label, runs: runs[index] }));
}

/** One run: wall and processor seconds, and what procmon says of itself. */
function once({ command: [file, ...args], summary }, cwd) {
  const cpuBefore = childrenCpu();
  const begin = process.hrtime.bigint();
  const { status, error } = spawnSync(file, args, { cwd, stdio: 'ignore' });
  const wall = Number(process.hrtime.bigint() - begin) / 1e9;
  if (error || status !== 0) throw new Error(`${file} ${args.join(' ')} failed: ${error?.message ?? `exit ${status}`}`);
  const own = summary ? JSON.parse(readFileSync(summary, 'utf8')) : null;
  return { wall, cpu: childrenCpu() - cpuBefore, own };
}

/** Processor seconds of all children that have been waited for: cutime and cstime of proc_pid_stat(5). */
function childrenCpu() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function quantile(values, share) {
  const sorted = values.toSorted((one, two) => one - two);
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
}

function spread(values, digits) {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  return `${middle}  (${low} to ${high})`;
}

function print(rows) {
  const cells = rows.map(({ name, label, runs }) => [
    name,
    label,
    spread(
      runs.map((run) => run.wallRatio),
      3,
    ),
    spread(
      runs.map((run) => run.cpuRatio),
      3,
    ),
    own(runs),
    seen(runs),
  ]);
  const table = [['workload', 'against plain', 'wall ratio', 'CPU ratio', 'own CPU', 'processes seen'], ...cells];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
  process.stdout.write(`median of ${rounds} rounds, and the middle half of them\n`);
}

function own(runs) {
  if (!runs[0].own) return '';
  const share = quantile(
    runs.map(({ own }) => (own.own.cpuMs / own.durationMs) * 100),
    0.5,
  );
  const cpu = quantile(
    runs.map(({ own }) => own.own.cpuMs),
    0.5,
  );
  return `${cpu.toFixed(1)} ms (${share.toFixed(2)} % of a core)`;
}

function seen(runs) {
  if (!runs[0].own) return '';
  const counts = new Set(runs.map(({ own }) => own.processesSeen));
  const lost = Math.max(...runs.map(({ own }) => own.accounting.lost));
  return `${[...counts].join(', ')}${lost ? `, ${lost} events lost` : ''}`;
}
