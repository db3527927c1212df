// What Node's permission model allows, and what it does not, in each version of Node.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
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

    test('a recording is not written where nothing may be', { timeout }, (context) => {
      const script = `require(${JSON.stringify(root)}).attach(process.pid, { outputFile: '/tmp/procmon-denied.jsonl' })`;
      const ended = answer(
        context,
        ['--allow-addons'],
        ['--eval', `try { ${script} } catch (e) { console.log(e.code, e.permission) }`],
      );
      if (ended) assert.equal(ended.stdout, 'ERR_ACCESS_DENIED FileSystemWrite\n');
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
