// What becomes of the logs of timed functions where others rotate, delete and empty them, and where nothing can be written.

import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { until } from './support/processes.mjs';
import { entriesIn, entriesOf, firstArguments, numbers, projectWith, ran, rowsOf, start } from './support/timed.mjs';

const timeout = 60_000;

/** How long an end may take that is not held up. */
const SOON_MS = 5_000;

const WORK = 'const work = timer(function work(number) { return 2 * number; }, { trackResources: false });';

describe('a log that somebody else', () => {
  /** Calls without an end, until it is told to stop. It waits for the files now and then, so that nothing has to be dropped. */
  const GOES_ON = `${WORK}
    let goesOn = true;
    let count = 0;
    process.on('message', () => { goesOn = false; });
    while (goesOn) {
      for (let number = 0; number < 100; number += 1) { work(count); count += 1; }
      await calls.flush();
    }
    say(count);
    process.disconnect();`;

  /** How many calls there were, while `meddle` was at work. */
  async function countDuring(project, meddle) {
    const { child, ended } = start(project, ['main.mjs']);
    await meddle();
    child.send('stop');
    const { stdout, ...how } = await ended;
    assert.deepEqual(how, { code: 0, signal: null, stderr: '' });
    return Number(stdout);
  }

  const hasLines = (path) => existsSync(path) && statSync(path).size > 0;

  for (const isMade of [false, true]) {
    test(`renames${isMade ? ' and makes anew' : ''} loses no line`, { timeout }, async () => {
      const project = projectWith({ 'main.mjs': GOES_ON });
      const paths = ['timing.log', 'timing_results.csv'].map((name) => join(project, 'logs', name));
      const count = await countDuring(project, async () => {
        for (const round of [1, 2, 3, 4, 5]) {
          for (const path of paths) {
            await until(() => hasLines(path));
            renameSync(path, `${path}.old${round}`);
            // As logrotate(8) does it; the log may be faster.
            if (isMade) closeSync(openSync(path, 'a', 0o640));
          }
        }
        for (const path of paths) await until(() => hasLines(path));
      });
      const [logs, tables] = paths.map((path) => [path, ...[1, 2, 3, 4, 5].map((round) => `${path}.old${round}`)]);
      assert.deepEqual(firstArguments(logs.flatMap(entriesOf)), numbers(count));
      assert.deepEqual(firstArguments(tables.flatMap(rowsOf)), numbers(count));
    });
  }

  test('deletes is made anew, and nothing is lost to those who have it open', { timeout }, async () => {
    const project = projectWith({ 'main.mjs': GOES_ON });
    const paths = ['timing.log', 'timing_results.csv'].map((name) => join(project, 'logs', name));
    const deleted = [];
    const count = await countDuring(project, async () => {
      for (const path of paths) {
        await until(() => hasLines(path));
        deleted.push(openSync(path, 'r'));
        unlinkSync(path);
        await until(() => hasLines(path));
      }
    });
    const [log, table] = deleted.map((file) => readFileSync(file, 'utf8'));
    assert.deepEqual(firstArguments([...entriesIn(log), ...entriesOf(paths[0])]), numbers(count));
    writeFileSync(join(project, 'deleted.csv'), table);
    assert.deepEqual(firstArguments([join(project, 'deleted.csv'), paths[1]].flatMap(rowsOf)), numbers(count));
  });

  test('moves away with its folder goes on in a new one', { timeout }, async () => {
    const project = projectWith({ 'main.mjs': GOES_ON });
    const folders = ['logs', 'logs.old'].map((name) => join(project, name));
    const count = await countDuring(project, async () => {
      for (const name of ['timing.log', 'timing_results.csv']) await until(() => hasLines(join(folders[0], name)));
      renameSync(...folders);
      for (const name of ['timing.log', 'timing_results.csv']) await until(() => hasLines(join(folders[0], name)));
    });
    assert.deepEqual(
      firstArguments(folders.flatMap((folder) => entriesOf(join(folder, 'timing.log')))),
      numbers(count),
    );
    assert.deepEqual(
      firstArguments(folders.flatMap((folder) => rowsOf(join(folder, 'timing_results.csv')))),
      numbers(count),
    );
  });

  test('empties goes on with a whole line, and the table with its heading', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK}
        let round = 0;
        process.on('message', async () => {
          for (let number = 0; number < 100; number += 1) work(number);
          await calls.flush();
          round += 1;
          say('round ' + round);
          if (round === 3) process.disconnect();
        });`,
    });
    const [log, table] = ['timing.log', 'timing_results.csv'].map((name) => join(project, 'logs', name));
    const { child, ended, heard } = start(project, ['main.mjs']);
    for (const round of [1, 2, 3]) {
      child.send('work');
      await heard(`round ${round}`);
      assert.deepEqual(firstArguments(entriesOf(log)), numbers(100));
      assert.deepEqual(firstArguments(rowsOf(table)), numbers(100));
      for (const path of [log, table]) if (round < 3) truncateSync(path);
    }
    assert.equal((await ended).stderr, '');
  });

  test('left in the middle of a line keeps the lines of others whole', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK} for (let number = 0; number < 100; number += 1) work(number);`,
    });
    const log = join(project, 'logs', 'timing.log');
    mkdirSync(join(project, 'logs'));
    writeFileSync(log, '{"name":"kil');
    assert.equal((await ran(project, ['main.mjs'])).code, 0);
    const [torn, ...lines] = readFileSync(log, 'utf8').trimEnd().split('\n');
    assert.equal(torn, '{"name":"kil');
    assert.deepEqual(firstArguments(lines.map(JSON.parse)), numbers(100));
  });
});

describe('where nothing can be written', () => {
  const SCRIPT = `${WORK}
    const fail = errorCatcher(() => { throw new Error('no'); }, { rethrow: false, fallback: 'instead' });
    let sum = 0;
    for (let number = 0; number < 1_000; number += 1) sum += work(number);
    say(sum + ' ' + fail());
    process.exitCode = 3;`;

  /** The function is the same and the end is the same; the trouble is told once for each file. */
  function assertUnchanged({ stderr, ...ended }, project, why) {
    assert.deepEqual(ended, { code: 3, signal: null, stdout: '999000 instead\n' });
    const told = ['error.log', 'timing.log', 'timing_results.csv'].map((name) => {
      return `procmon: the calls cannot be written to ${join(project, 'logs', name)}: ${why}`;
    });
    assert.deepEqual(stderr.trimEnd().split('\n').sort(), told);
  }

  test('since a file has the name of the folder, that is told once and nothing else is changed', {
    timeout,
  }, async () => {
    const project = projectWith({ 'main.mjs': SCRIPT });
    writeFileSync(join(project, 'logs'), 'a file');
    assertUnchanged(await ran(project, ['main.mjs']), project, 'Not a directory (os error 20)');
    assert.equal(readFileSync(join(project, 'logs'), 'utf8'), 'a file');
  });

  for (const isThere of [true, false]) {
    test(`since the user may not ${isThere ? 'write in the folder' : 'make it'}, likewise`, { timeout }, async () => {
      const project = projectWith({ 'main.mjs': SCRIPT });
      if (isThere) mkdirSync(join(project, 'logs'));
      for (const folder of isThere ? ['.', 'logs'] : ['.']) chmodSync(join(project, folder), 0o555);
      // Root may do everything, whatever the folder says.
      const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
      const ended = await ran(project, ['main.mjs'], nobody);
      chmodSync(project, 0o755);
      assertUnchanged(ended, project, 'Permission denied (os error 13)');
    });
  }

  test('since the folder is a broken link, what is lost until that is mended is counted', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK}
        import { mkdirSync, symlinkSync } from 'node:fs';
        symlinkSync('there', 'logs');
        let count = 0;
        const goOn = setInterval(() => { work(count); count += 1; }, 1);
        process.on('message', (what) => {
          if (what === 'mend') return mkdirSync('there');
          clearInterval(goOn);
          for (let number = 0; number < 100; number += 1) { work(count); count += 1; }
          say(count);
          process.disconnect();
        });`,
    });
    const { child, ended, heard } = start(project, ['main.mjs']);
    const names = ['timing.log', 'timing_results.csv'];
    const pathOf = (name) => join(project, 'logs', name);
    const troubles = names.map((name) => {
      return `procmon: the calls cannot be written to ${pathOf(name)}: File exists (os error 17)`;
    });
    for (const trouble of troubles) await heard(trouble, 'stderr');
    child.send('mend');
    for (const name of names) await heard(`the calls are written to ${pathOf(name)} again; `, 'stderr');
    child.send('stop');
    const { stdout, stderr, ...how } = await ended;
    assert.deepEqual(how, { code: 0, signal: null });
    const count = Number(stdout);
    const entries = entriesOf(pathOf('timing.log'));
    const found = firstArguments(entries.filter(({ name }) => name === 'work'));
    const lost = count - found.length;
    assert.ok(found.length >= 100 && lost > 0, stderr);
    assert.deepEqual(found, numbers(count).slice(lost));
    const drops = entries.flatMap(({ dropped }) => dropped ?? []);
    assert.equal(
      drops.reduce((sum, dropped) => sum + dropped, 0),
      lost,
    );
    const rows = firstArguments(rowsOf(pathOf('timing_results.csv')));
    const wordsFor = (number) => (number === 1 ? 'one was lost' : `${number} were lost`);
    const again = [lost, count - rows.length].map((number, at) => {
      return `procmon: the calls are written to ${pathOf(names[at])} again; ${wordsFor(number)}`;
    });
    assert.deepEqual(stderr.trimEnd().split('\n').sort(), [...troubles, ...again].sort());
  });
});

describe('on a full disk', () => {
  /** A small file system that is seen by this process alone, and goes with it. */
  const namespace = process.getuid() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  const mount = 'mount -t tmpfs -o size=16m tmpfs logs && exec "$@"';
  const before = ['unshare', ...namespace, 'sh', '-c', mount, 'sh'];

  const FILL = `${WORK}
    import { readFileSync, rmSync, appendFileSync } from 'node:fs';
    const fill = () => {
      try {
        for (;;) appendFileSync('logs/filler', Buffer.alloc(64 * 1024));
      } catch ({ code }) {
        if (code !== 'ENOSPC') throw new Error(code);
      }
    };
    let count = 0;
    const work100 = () => { for (let number = 0; number < 100; number += 1) { work(count); count += 1; } };`;

  async function small(context, script) {
    const project = projectWith({ 'main.mjs': `${FILL}${script}` });
    mkdirSync(join(project, 'logs'));
    const works = await ran(project, ['--version'], { before });
    if (works.code === 0) return project;
    context.skip(`no file system can be mounted here: ${works.stderr.trim()}`);
    return null;
  }

  const troubleOf = (project, name) => {
    return `procmon: the calls cannot be written to ${join(project, 'logs', name)}: No space left on device (os error 28)`;
  };

  test('calls wait until there is room, and none is lost', { timeout }, async (context) => {
    const project = await small(
      context,
      `work100();
      await calls.flush();
      fill();
      const goOn = setInterval(work100, 20);
      process.on('message', async () => {
        clearInterval(goOn);
        work100();
        rmSync('logs/filler');
        await calls.flush();
        for (const name of ['timing.log', 'timing_results.csv']) {
          say(JSON.stringify([count, readFileSync('logs/' + name, 'utf8')]));
        }
        process.disconnect();
      });`,
    );
    if (project === null) return;
    const { child, ended, heard } = start(project, ['main.mjs'], { before });
    for (const name of ['timing.log', 'timing_results.csv']) await heard(troubleOf(project, name), 'stderr');
    child.send('there is room');
    const { stdout, stderr, code } = await ended;
    assert.equal(code, 0);
    const [[count, log], [, table]] = stdout.trimEnd().split('\n').map(JSON.parse);
    assert.ok(count > 200, `${count} calls`);
    assert.deepEqual(firstArguments(entriesIn(log)), numbers(count));
    writeFileSync(join(project, 'table.csv'), table);
    assert.deepEqual(firstArguments(rowsOf(join(project, 'table.csv'))), numbers(count));
    const again = (name) => {
      return `procmon: the calls are written to ${join(project, 'logs', name)} again; none was lost`;
    };
    const expected = ['timing.log', 'timing_results.csv'].flatMap((name) => [troubleOf(project, name), again(name)]);
    assert.deepEqual(stderr.trimEnd().split('\n').sort(), expected.sort());
  });

  test('that stays full, the process ends as ever and soon, and has told so once', { timeout }, async (context) => {
    const project = await small(
      context,
      `fill();
      for (let round = 0; round < 20; round += 1) work100();
      say(work(21));
      process.exit(3);`,
    );
    if (project === null) return;
    const { ended, heard } = start(project, ['main.mjs'], { before });
    await heard('42');
    const then = performance.now();
    const { stderr, ...how } = await ended;
    const tookMs = performance.now() - then;
    assert.deepEqual(how, { code: 3, signal: null, stdout: '42\n' });
    const told = stderr.trimEnd().split('\n').sort();
    assert.deepEqual(
      told,
      ['timing.log', 'timing_results.csv'].map((name) => troubleOf(project, name)),
    );
    assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
  });

  test('of one of its devices, the other files are written', { timeout }, async () => {
    const project = projectWith({
      'main.mjs': `${WORK}
        const fail = errorCatcher(timer(function fail() { throw new Error('no'); }), { rethrow: false, errorLogFile: '/dev/full' });
        for (let number = 0; number < 100; number += 1) fail(number);`,
    });
    const { code, stderr } = await ran(project, ['main.mjs']);
    const trouble = 'procmon: the calls cannot be written to /dev/full: No space left on device (os error 28)\n';
    assert.deepEqual([code, stderr], [0, trouble]);
    assert.deepEqual(firstArguments(entriesOf(join(project, 'logs', 'timing.log'))), numbers(100));
  });
});
