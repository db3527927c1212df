// bin/procmon.cjs on a terminal: what passes between the person, the native program and the command through the shim.

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from './support/folders.mjs';
import { otherNode } from './support/nodes.mjs';
import { installedProject, QUIET_NPM } from './support/project.mjs';

const timeout = 60_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const shim = join(root, 'bin', 'procmon.cjs');
const terminal = join(root, '__test__', 'support', 'terminal.py');
const noExecve = join(root, '__test__', 'support', 'no-execve.cjs');
const folder = temporaryFolder('shim');

/** A command that takes its time to end when it is asked to, and says who it is. */
const slow = (name) => `trap 'sleep 0.3; echo cleaned; exit 9' ${name}; echo "pid $$"; while :; do sleep 0.05; done`;

const ways = [
  { name: 'the shim that spawns', before: () => [process.execPath, '--require', noExecve, shim] },
  {
    name: 'the shim that becomes the program',
    before: (context) => {
      const node = process.execve ? { path: process.execPath } : otherNode(24);
      if (node.missing) context.skip(node.missing);
      return node.path && [node.path, shim];
    },
  },
  {
    name: 'npx',
    before: () => ['npx', '--no', 'procmon'],
    cwd: installedProject(),
    env: QUIET_NPM,
  },
];

for (const way of ways) {
  describe(`through ${way.name}`, () => {
    /** What becomes of `sh -c script` under procmon; undefined where this way cannot be gone here. */
    const under = async (context, script, wish = {}) => {
      const before = way.before(context);
      const command = before && [...before, 'run', '--quiet', '--', 'sh', '-c', script];
      return command && onTerminal({ command, env: way.env ?? {}, ...wish }, way.cwd);
    };

    test('the command has the terminal, and is in its foreground', { timeout }, async (context) => {
      const script =
        'test -t 0 && test -t 1 && test -t 2 && echo terminal; set -- $(ps -o pgid=,tpgid= -p $$); test $1 = $2 && echo foreground';
      const ended = await under(context, script);
      if (ended) assert.deepEqual(ended, { output: 'terminal\nforeground\n', code: 0, signal: null, left: [] });
    });

    test('exit codes are kept', { timeout }, async (context) => {
      for (const code of [0, 3]) {
        const ended = await under(context, `exit ${code}`);
        if (ended) assert.deepEqual(ended, { output: '', code, signal: null, left: [] });
      }
    });

    test('Ctrl-C reaches the command once, and we wait for it', { timeout }, async (context) => {
      const ended = await under(context, slow('INT'), { on: 'pid', keys: '\u0003' });
      if (!ended) return;
      assert.match(ended.output, /^pid \d+\n\^Ccleaned\n$/);
      // The shell between npx and us got the signal as well, and dies by it whatever its child did.
      const { code, signal } = way.name === 'npx' ? { code: null, signal: 'SIGINT' } : { code: 9, signal: null };
      assert.deepEqual({ ...ended, output: '' }, { output: '', code, signal, left: [] });
    });

    if (way.name === 'npx') return;

    test('a death by signal is ours, too', { timeout }, async (context) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL']) {
        const ended = await under(context, `kill -${signal.slice(3)} $$`);
        if (ended) assert.deepEqual(ended, { output: '', code: null, signal, left: [] });
      }
    });

    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']) {
      test(`${signal} to the shim alone reaches the command, and nobody is left behind`, {
        timeout,
      }, async (context) => {
        const ended = await under(context, slow(signal.slice(3)), { on: 'pid', signal });
        if (!ended) return;
        assert.match(ended.output, /^pid \d+\ncleaned\n$/);
        assert.deepEqual({ ...ended, output: '' }, { output: '', code: 9, signal: null, left: [] });
      });
    }
  });
}

test('the command is ended when a shim that stayed is killed', { timeout }, async () => {
  const command = [process.execPath, '--require', noExecve, shim, 'run', '--quiet', '--', 'sh', '-c', slow('TERM')];
  const ended = await onTerminal({ command, on: 'pid', signal: 'SIGKILL' });
  assert.match(ended.output, /^pid \d+\ncleaned\n$/);
  assert.deepEqual({ ...ended, output: '' }, { output: '', code: null, signal: 'SIGKILL', left: [] });
});

test('Ctrl-C is passed on by a shim that has no terminal', { timeout }, async () => {
  const command = [process.execPath, '--require', noExecve, shim, 'run', '--quiet', '--', 'sh', '-c', slow('INT')];
  const child = spawn(command[0], command.slice(1), { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    if (output === '') child.kill('SIGINT');
    output += chunk;
  });
  assert.deepEqual(await once(child, 'close'), [9, null]);
  assert.match(output, /^pid \d+\ncleaned\n$/);
});

test('a command is let clean up after a Ctrl-C that has ended whoever started us', { timeout }, async () => {
  // As npm does, but without having heard of the signal.
  const starter = "require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { stdio: 'inherit' })";
  const ours = [join(root, 'target', 'release', 'procmon'), 'run', '--quiet', '--', 'sh', '-c', slow('INT')];
  const command = [process.execPath, '-e', starter, ...ours];
  const ended = await onTerminal({ command, env: { npm_command: 'exec' }, on: 'pid', keys: '\u0003' });
  assert.match(ended.output, /^pid \d+\n\^Ccleaned\n$/);
  assert.deepEqual([ended.signal, ended.left], ['SIGINT', []]);
});

test('the shim leaves its number to the program where it stays, and none where it does not', { timeout }, (context) => {
  const program = stub('echo "shim $PROCMON_SHIM_PID parent $PPID $*"');
  const stale = { ...process.env, PROCMON_BINARY: program, PROCMON_SHIM_PID: '1' };
  const started = spawnSync(process.execPath, ['--require', noExecve, shim, 'a b', '--c'], {
    env: stale,
    encoding: 'utf8',
  });
  assert.equal(started.stdout, `shim ${started.pid} parent ${started.pid} a b --c\n`);
  const node = otherNode(24);
  if (node.missing) return context.skip(node.missing);
  const become = spawnSync(node.path, [shim, 'a b', '--c'], { env: stale, encoding: 'utf8' });
  assert.equal(become.stdout, `shim  parent ${process.pid} a b --c\n`);
  assert.equal(become.stderr, '');
});

test('a program that is not there is 125, one line and a hint', { timeout }, () => {
  const PROCMON_BINARY = join(folder, 'nowhere');
  const { status, stdout, stderr } = spawnSync(process.execPath, [shim], {
    env: { ...process.env, PROCMON_BINARY },
    encoding: 'utf8',
  });
  assert.deepEqual({ status, stdout }, { status: 125, stdout: '' });
  const [line, hint, ...rest] = stderr.split('\n');
  assert.match(line, /^procmon: the native program for linux-\w+-\w+ was not found; tried: .*nowhere$/);
  assert.equal(hint, '  hint: PROCMON_BINARY is set, so nothing else is tried: correct it or unset it');
  assert.deepEqual(rest, ['']);
});

test('a folder is no program', { timeout }, () => {
  const { status, stderr } = spawnSync(process.execPath, [shim], {
    env: { ...process.env, PROCMON_BINARY: folder },
    encoding: 'utf8',
  });
  assert.equal(status, 125);
  assert.match(stderr, /was not found; tried: /);
});

test('a program that is not executable is 125 and a way to repair it', { timeout }, (context) => {
  const PROCMON_BINARY = stub('exit 0');
  chmodSync(PROCMON_BINARY, 0o644);
  const nodes = [process.execPath, otherNode(24).path].filter(Boolean);
  for (const node of nodes) {
    const { status, stderr } = spawnSync(node, [shim], { env: { ...process.env, PROCMON_BINARY }, encoding: 'utf8' });
    const expected = `procmon: ${PROCMON_BINARY} is not executable\n  hint: chmod +x '${PROCMON_BINARY}'\n`;
    assert.deepEqual({ status, stderr }, { status: 125, stderr: expected });
  }
  context.diagnostic(`with ${nodes.length} versions of Node`);
});

/** Runs a command as a shell does on a terminal; terminal.py tells what is wished and answered. */
async function onTerminal(wish, cwd = root) {
  const { stdout } = await promisify(execFile)('python3', [terminal, JSON.stringify(wish)], { cwd });
  return JSON.parse(stdout);
}

/** An executable script in the place of the native program. */
function stub(body) {
  const file = join(mkdtempSync(join(folder, 'stub-')), 'procmon');
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}
