// What the suites run, by name. Each is a command; `processes` is how many programs it starts, where that is known.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable } from './programs.mjs';

/**
 * The loads that show what watching costs the watched.
 * @param {{ programs: Record<string, string | null>, scripts: Record<string, string>, options: { quick: boolean } }} context
 */
export function loads({ programs, scripts, options: { quick } }) {
  const spawns = quick ? 1000 : 2000;
  return {
    T: {
      title: `${spawns} static programs that end at once`,
      processes: spawns,
      command: programs.nothing && [programs.spawner, String(spawns), programs.nothing],
    },
    B: {
      title: `bash, ${spawns} times /bin/true`,
      processes: spawns,
      command: ['bash', '-c', `for ((i = 0; i < ${spawns}; i++)); do /bin/true; done`],
    },
    P: {
      title: '60000 round trips through two pipes on one processor',
      command: [programs.pingpong, quick ? '20000' : '60000'],
    },
    N: { title: 'node, 4 forks with 25 spawnSync each, 2 workers, files', command: [process.execPath, scripts.forks] },
  };
}

/** A real suite of jest, with its dependencies installed. */
export function jest(root) {
  const cwd = join(root, 'examples', 'jest');
  if (!existsSync(join(cwd, 'node_modules'))) {
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd, stdio: 'ignore' });
    if (status !== 0) throw new Unavailable(`npm ci failed in ${cwd}`);
  }
  return { title: 'jest, 4 workers', command: ['node', 'node_modules/.bin/jest', '-w', '4'], cwd };
}

/** The burners between 5 and 20 ms beside two long ones, below a shell: how many processes, and the command. */
export function burners({ programs, runner, options: { quick } }, { cgroup } = {}) {
  const count = quick ? 100 : 300;
  const report = runner.file('burners.json');
  const words = [report, count, 5000, 20_000, quick ? 1_000_000 : 2_500_000, ...(cgroup ? [`${cgroup}/cpu.stat`] : [])];
  // The shell stays because something follows; as the tree's root it is one of its processes.
  const join = cgroup ? `echo 0 > ${cgroup}/cgroup.procs; ` : '';
  return { report, processes: count + 4, command: ['sh', '-c', `${join}${programs.burners} ${words.join(' ')}; true`] };
}

/** A tree of so many processes that hardly do anything. */
export function sleepers({ programs, runner }, count, seconds) {
  const report = runner.file('sleepers.json');
  return { report, command: [programs.sleepers, report, String(count), String(seconds)] };
}

/** A program that takes 500 MB for 50 ms, itself or in a child, after a time that differs from one number to the next. */
export function spike({ programs }, number, where) {
  const before = String(230 + 37 * number);
  return [programs.spike, '500', '50', before, ...(where === 'child' ? ['child'] : [])];
}
