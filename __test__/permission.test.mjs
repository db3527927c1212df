// What Node's permission model allows, and what it does not, in each version of Node.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './support/folders.mjs';
import { otherNode } from './support/nodes.mjs';

const timeout = 150_000;
const root = fileURLToPath(new URL('..', import.meta.url));

/** What comes of running a command after the package was loaded. */
const RUN = `
  const shown = ({ code, message, permission, resource }) => console.log(JSON.stringify({ code, message, permission, resource }));
  try {
    const { run, snapshot } = require(${JSON.stringify(root)});
    if (snapshot(process.pid).processes.length < 1) throw new Error('this process was not seen');
    run('true').then(({ exitCode }) => console.log(JSON.stringify({ exitCode })));
  } catch (error) {
    shown(error);
  }`;

for (const major of [20, 22, 24, 26]) {
  const flag = major === 20 ? '--experimental-permission' : '--permission';

  describe(`Node ${major}`, () => {
    /** Runs Node with some permissions, and gives what it said in JSON. */
    const answer = (context, permissions, args) => {
      const { path, missing } = otherNode(major);
      if (missing) return context.skip(missing);
      const words = [flag, '--no-warnings', '--allow-fs-read=*', ...permissions, ...args];
      return spawnSync(path, words, { cwd: root, encoding: 'utf8' });
    };

    test('without --allow-addons the error says what is needed', { timeout }, (context) => {
      const ended = answer(context, [], ['--eval', RUN]);
      if (!ended) return;
      const { code, message } = JSON.parse(ended.stdout);
      const [remedy] = message.split('\n').slice(-1);
      assert.equal(code, 'ERR_PROCMON_NO_BINDING');
      assert.match(message, /\.node: Cannot load native addon because loading addons is disabled/);
      assert.equal(
        remedy,
        `node ${flag} loads procmon with --allow-addons and --allow-fs-read=${root}*; run() needs --allow-child-process, too`,
      );
    });

    test('without --allow-child-process a command is refused as by child_process, and the rest works', {
      timeout,
    }, (context) => {
      const ended = answer(context, ['--allow-addons'], ['--eval', RUN]);
      if (!ended) return;
      assert.deepEqual(JSON.parse(ended.stdout), {
        code: 'ERR_ACCESS_DENIED',
        message: 'Access to this API has been restricted. Use --allow-child-process to manage permissions.',
        permission: 'ChildProcess',
        resource: 'true',
      });
    });

    test('a recording is not written where nothing may be, and none is converted without --allow-child-process', {
      timeout,
    }, (context) => {
      const file = join(temporaryFolder('denied'), 'run.jsonl');
      const script = `
        const { attach, convert } = require(${JSON.stringify(root)});
        const file = ${JSON.stringify(file)};
        const tell = ({ code, message, permission, resource }) => console.log(code, permission, resource, message);
        try { attach(process.pid, { outputFile: file }) } catch (error) { tell(error) }
        attach(process.pid).save(file).catch(tell).then(() => convert(file, 'run.csv')).catch(tell);`;
      const ended = answer(context, ['--allow-addons'], ['--eval', script]);
      if (!ended) return;
      const denied = (permission, resource, option) =>
        `ERR_ACCESS_DENIED ${permission} ${resource} Access to this API has been restricted. Use ${option} to manage permissions.`;
      const unwritten = denied('FileSystemWrite', file, '--allow-fs-write');
      const unconverted = denied('ChildProcess', 'procmon', '--allow-child-process');
      assert.deepEqual(ended.stdout.split('\n'), [unwritten, unwritten, unconverted, '']);
      assert.equal(existsSync(file), false);
    });

    test('an exporter that may not listen rejects, and counts all the same', { timeout }, (context) => {
      const script = `
        const exporter = require(${JSON.stringify(root)}).createExporter({ pids: [process.pid] });
        const tell = ({ code, permission, resource }) => console.log(code, permission, resource);
        exporter.listen({ port: 0 }).then(() => console.log('listens'), tell).then(() => exporter.collectOnce())
          .then((text) => console.log(text.includes('procmon_group_processes{')), console.log).then(() => exporter.close());`;
      const ended = answer(context, ['--allow-addons'], ['--eval', script]);
      if (!ended) return;
      const isAsked = ended.stdout.startsWith('ERR_ACCESS_DENIED Net 127.0.0.1:0\n');
      assert.equal(isAsked, major >= 25, ended.stdout + ended.stderr);
      assert.equal(ended.stdout.split('\n')[1], 'true');
    });

    test('calls are not logged where nothing may be written, which is said once, and the functions work', {
      timeout,
    }, (context) => {
      const logs = join(temporaryFolder('denied'), 'logs');
      const script = `
        const { calls, timer } = require(${JSON.stringify(root)});
        const add = timer({ logDir: ${JSON.stringify(logs)}, logToConsole: false })((a, b) => a + b);
        const sums = [add(1, 2), add(3, 4)];
        calls.flush().then(() => console.log(sums.join()));`;
      const ended = answer(context, ['--allow-addons'], ['--eval', script]);
      if (!ended) return;
      assert.equal(ended.stdout, '3,7\n');
      const trouble = 'Access to this API has been restricted. Use --allow-fs-write to manage permissions.';
      assert.equal(ended.stderr, `procmon: calls are not logged to files: ${join(logs, 'timing.log')}: ${trouble}\n`);
      assert.equal(existsSync(logs), false);
      const allowed = answer(context, ['--allow-addons', `--allow-fs-write=${logs}/*`], ['--eval', script]);
      assert.deepEqual([allowed.stdout, allowed.stderr], ['3,7\n', '']);
      assert.equal(readFileSync(join(logs, 'timing.log'), 'utf8').split('\n').length, 3);
    });

    test('with both a command runs', { timeout }, (context) => {
      const ended = answer(context, ['--allow-addons', '--allow-child-process'], ['--eval', RUN]);
      if (ended) assert.deepEqual(JSON.parse(ended.stdout), { exitCode: 0 });
    });

    test('the command line names the permission that it needs, and works with it', { timeout }, (context) => {
      const words = ['bin/procmon.cjs', 'run', '--quiet', '--', 'sh', '-c', 'exit 3'];
      const refused = answer(context, [], words);
      if (!refused) return;
      assert.equal(refused.status, 125);
      assert.match(refused.stderr, /could not be started: .*\n {2}hint: node --permission needs --allow-child-process/);
      assert.equal(answer(context, ['--allow-child-process'], words).status, 3);
    });
  });
}
