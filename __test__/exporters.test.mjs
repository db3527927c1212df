import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { attach, run } from 'procmon';
import { temporaryFolder } from './support/folders.mjs';
import { freePort } from './support/ports.mjs';
import { isAlive, livingChildren, ownCounts, until, withDescendants } from './support/processes.mjs';
import { program } from './support/prometheus.mjs';
import { leaveOut } from './support/python.mjs';
import { runScript } from './support/scripts.mjs';
import { serve, silentServer } from './support/servers.mjs';

const timeout = 60_000;
const rotel = fileURLToPath(new URL('../target/rotel/rotel/rotel-agent', import.meta.url));

test('the result of a run arrives at a Pushgateway and in a file, with its labels', { timeout }, async (context) => {
  const gateway = program('prometheus-pushgateway');
  if (gateway === null) return leaveOut(context, 'prometheus-pushgateway is not installed');
  const port = await freePort();
  await serve(context, gateway, [`--web.listen-address=127.0.0.1:${port}`], port);
  const url = `http://127.0.0.1:${port}`;
  const path = join(temporaryFolder('exporters'), 'run.prom');
  const { exitCode, summary } = await run('sh', ['-c', 'exit 3'], {
    exporters: [
      { type: 'pushgateway', url, job: 'build', labels: { team: 'a "b"' } },
      { type: 'prom-file', path },
    ],
  });
  assert.deepEqual([exitCode, summary.warnings], [3, []]);
  const pushed = await (await fetch(`${url}/metrics`)).text();
  assert.equal(value(pushed, 'procmon_run_exit_code', 'job="build"', 'team="a \\"b\\""'), 3);
  assert.equal(value(readFileSync(path, 'utf8'), 'procmon_run_exit_code', 'team="a \\"b\\""'), 3);
});

test('a broker gets the messages of two runs at once, and the password that no command line shows', {
  timeout,
}, async (context) => {
  const mosquitto = program('mosquitto');
  if (mosquitto === null) return leaveOut(context, 'mosquitto is not installed');
  const port = await guarded(context, mosquitto);
  const login = ['-p', `${port}`, '-u', 'ci', '-P', 'hunter2', '-V', '5'];
  const listener = ['-c', '-x', '60', '-i', 'test', '-q', '1', ...login, '-t', 'procmon/v1/team/+/run/+/end'];
  execFileSync('mosquitto_sub', ['-E', ...listener]);
  const handles = ['one', 'two'].map((agentId, code) => {
    const broker = {
      type: 'mqtt',
      url: `mqtt://ci@127.0.0.1:${port}`,
      password: 'hunter2',
      namespace: 'team',
      agentId,
    };
    return run('sh', ['-c', `read line; env; exit ${code}`], { stdio: 'pipe', exporters: [broker] });
  });
  await until(() => exportingChildren().length === 2);
  const seen = withDescendants(process.pid).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  assert.deepEqual(
    seen.filter((line) => line.includes('hunter2')),
    [],
  );
  for (const handle of handles) handle.stdin.end('\n');
  const printed = await Promise.all(handles.map(async ({ stdout }) => (await stdout.toArray()).join('')));
  assert.deepEqual(
    printed.filter((text) => /PROCMON_|hunter2/.test(text)),
    [],
  );
  const results = await Promise.all(handles);
  assert.deepEqual(
    results.map(({ exitCode, summary }) => [exitCode, summary.warnings]),
    [
      [0, []],
      [1, []],
    ],
  );
  const told = execFileSync('mosquitto_sub', ['-C', '2', '-W', '20', '-v', ...listener], { encoding: 'utf8' });
  const ends = told
    .trim()
    .split('\n')
    .map((line) => line.split(/ (.*)/s));
  const codes = ends.map(([topic, message]) => [topic.split('/')[3], JSON.parse(message).exitCode]);
  assert.deepEqual(codes.sort(), [
    ['one', 0],
    ['two', 1],
  ]);
});

test('a collector gets the spans of a run below the span that we are in, and the command is told of the run', {
  timeout,
}, async (context) => {
  if (!existsSync(rotel))
    return leaveOut(context, 'rotel is not installed: pip install --pre --target target/rotel rotel');
  const [port, grpc] = [await freePort(), await freePort()];
  const log = join(temporaryFolder('exporters'), 'log');
  const words = 'exec "$0" start --exporter blackhole --debug-log traces --debug-log-verbosity detailed "$@" >"$LOG"';
  const endpoints = [`--otlp-http-endpoint=127.0.0.1:${port}`, `--otlp-grpc-endpoint=127.0.0.1:${grpc}`];
  await serve(context, '/usr/bin/env', [`LOG=${log}`, 'sh', '-c', words, rotel, ...endpoints], port);
  const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const handle = run('sh', ['-c', 'echo $TRACEPARENT'], {
    env: { TRACEPARENT: `00-${trace}-${parent}-01` },
    stdio: ['ignore', 'pipe', 'inherit'],
    exporters: [{ type: 'otlp', url: `http://127.0.0.1:${port}` }],
  });
  const [, told, span, flags] = (await handle.stdout.toArray()).join('').trim().split('-');
  assert.deepEqual([told, flags], [trace, '01']);
  const { summary } = await handle;
  assert.deepEqual(summary.warnings, []);
  await until(() => readFileSync(log, 'utf8').includes('run sh'));
  const spans = readFileSync(log, 'utf8')
    .split(/^Span #/m)
    .slice(1);
  const field = (text, name) => new RegExp(`^ *${name} *: (\\S*)`, 'm').exec(text)?.[1];
  const own = spans.find((text) => text.includes('run sh'));
  assert.deepEqual([field(own, 'Trace ID'), field(own, 'ID'), field(own, 'Parent ID')], [trace, span, parent]);
});

test('servers that are down or say nothing are a warning each, and change nothing else', {
  timeout,
}, async (context) => {
  const [down, silent] = [await freePort(), await silentServer(context)];
  const handle = run('sh', ['-c', 'exit 5'], {
    exporters: [
      { type: 'otlp', url: `http://me:hunter2@127.0.0.1:${silent}` },
      { type: 'remote-write', url: `http://me:hunter2@127.0.0.1:${down}/write` },
      { type: 'mqtt', url: `mqtt://127.0.0.1:${down}` },
      { type: 'pushgateway', url: `http://127.0.0.1:${down}` },
    ],
  });
  const [warned, ends] = [[], []];
  handle.on('warning', ({ type, kind, message }) => warned.push([type, kind, message.split(':')[0]]));
  handle.on('exit', ({ exitCode }) => ends.push([exitCode, performance.now()]));
  const { exitCode, signal, durationMs, summary } = await handle;
  const waited = performance.now() - ends[0][1];
  assert.deepEqual([exitCode, signal, ends[0][0]], [5, null, 5]);
  assert.ok(durationMs < 5000, `the run took ${durationMs} ms`);
  assert.ok(waited < 20_000, `the result came ${waited} ms later`);
  const expected = ['mqtt', 'otlp', 'pushgateway', 'remote-write'];
  assert.deepEqual(
    warned.sort(),
    expected.map((name) => ['warning', 'notDelivered', name]),
  );
  assert.deepEqual(
    summary.warnings.map(({ kind }) => kind),
    Array(4).fill('notDelivered'),
  );
  assert.ok(!JSON.stringify(summary).includes('hunter2'));
});

test('a process that is attached to is exported, too', { timeout }, async () => {
  const path = join(temporaryFolder('exporters'), 'attached.prom');
  const child = spawn('sleep', ['100'], { stdio: 'ignore' });
  const monitor = attach(child.pid, { interval: 10, exporters: [{ type: 'prom-file', path }] });
  await once(monitor, 'sample');
  const { warnings } = await monitor.stop();
  child.kill();
  await once(child, 'exit');
  assert.deepEqual(warnings, []);
  assert.match(readFileSync(path, 'utf8'), /^procmon_group_cpu_seconds_total\{group="sleep",mode="user"\} /m);
});

test('whoever watches its own process finds who sends for it among its children', { timeout }, async () => {
  const path = join(temporaryFolder('exporters'), 'own.prom');
  const monitor = attach(process.pid, { interval: 10, exporters: [{ type: 'prom-file', path }] }).ref();
  const commands = new Map();
  monitor.on('spawn', ({ pid, parent, command }) => parent?.pid === process.pid && commands.set(pid, command));
  monitor.on('exec', ({ pid, image }) => commands.set(pid, image.command));
  await until(() => [...commands.values()].some((words) => words?.slice(1).join(' ') === 'export -'));
  await monitor.stop();
});

test('nothing is left behind: no child, no thread, no descriptor', { timeout }, async () => {
  const path = join(temporaryFolder('exporters'), 'x.prom');
  const exporters = [{ type: 'prom-file', path }];
  await run('true', { exporters });
  const before = ownCounts();
  for (let round = 0; round < 3; round += 1) await run('true', { exporters });
  await assert.rejects(async () => await run('/nowhere', { exporters }), { code: 'ENOENT' });
  // A thread has a few instructions left when it has said that the session is over.
  await until(() => ownCounts().threads <= before.threads && ownCounts().fds <= before.fds);
  assert.deepEqual(livingChildren(), []);
});

test('who sends ends by itself when its Node is killed', { timeout }, async () => {
  const body = `
    const path = ${JSON.stringify(join(temporaryFolder('exporters'), 'killed.prom'))};
    const handle = run('sleep', ['100'], { stdio: 'ignore', exporters: [{ type: 'prom-file', path }] });
    handle.once('sample', () => console.log(process.pid));
    await handle;`;
  let family = [];
  const { signal } = await runScript(body, {
    onOutput(output, child) {
      if (family.length > 0 || !output.endsWith('\n')) return;
      void (async () => {
        while (exportingChildren(child.pid).length === 0) await sleep(5);
        family = withDescendants(child.pid);
        child.kill('SIGKILL');
      })();
    },
  });
  assert.equal(signal, 'SIGKILL');
  const command = family.find((pid) => commandLine(pid).startsWith('sleep'));
  process.kill(command, 'SIGKILL');
  await until(() => !family.some(isAlive));
});

test('without the command line nothing is sent, which is one warning', { timeout }, async (context) => {
  process.env.PROCMON_BINARY = '/nowhere/procmon';
  context.after(() => delete process.env.PROCMON_BINARY);
  const exporters = [{ type: 'otlp' }, { type: 'mqtt', url: 'mqtt://127.0.0.1' }];
  const { exitCode, summary } = await run('true', { exporters });
  assert.equal(exitCode, 0);
  assert.deepEqual(
    summary.warnings.map(({ kind }) => kind),
    ['notDelivered'],
  );
  assert.match(
    summary.warnings[0].message,
    /^exporters: the native program for .* was not found; tried: \/nowhere\/procmon$/,
  );
});

test('one that is killed or cannot be run is a warning, and the command goes on', { timeout }, async (context) => {
  const path = join(temporaryFolder('exporters'), 'x.prom');
  const handle = run('sh', ['-c', 'read line; exit 4'], { stdio: 'pipe', exporters: [{ type: 'prom-file', path }] });
  await until(() => exportingChildren().length === 1);
  const [sender] = exportingChildren();
  assert.equal(processGroup(sender), sender, 'what a terminal sends to our group is not for it');
  process.kill(sender, 'SIGKILL');
  handle.stdin.end('\n');
  const killed = await handle;
  assert.deepEqual(
    [killed.exitCode, killed.summary.warnings.map(({ message }) => message)],
    [4, ['exporters: the process that sends has ended: signal: 9 (SIGKILL)']],
  );
  process.env.PROCMON_BINARY = join(temporaryFolder('exporters'), 'procmon');
  context.after(() => delete process.env.PROCMON_BINARY);
  writeFileSync(process.env.PROCMON_BINARY, '', { mode: 0o755 });
  const { exitCode, summary } = await run('true', { exporters: [{ type: 'prom-file', path }] });
  assert.deepEqual(
    [exitCode, summary.warnings.map(({ message }) => message)],
    [0, ['exporters: they could not be started: Exec format error (os error 8)']],
  );
});

test('one that stands still is given up after seven seconds, and is gone', { timeout }, async () => {
  const path = join(temporaryFolder('exporters'), 'x.prom');
  const handle = run('sh', ['-c', 'read line; exit 6'], { stdio: 'pipe', exporters: [{ type: 'prom-file', path }] });
  await until(() => exportingChildren().length === 1);
  process.kill(exportingChildren()[0], 'SIGSTOP');
  handle.stdin.end('\n');
  await once(handle, 'exit');
  const ended = performance.now();
  await until(() => handle.kill() === false);
  const { exitCode, summary } = await handle;
  const waited = performance.now() - ended;
  assert.ok(waited > 6500 && waited < 20_000, `the result came ${waited} ms later`);
  assert.deepEqual(
    [exitCode, summary.warnings.map(({ message }) => message)],
    [6, ['exporters: what was not delivered within seven seconds was given up']],
  );
  assert.deepEqual(livingChildren(), []);
});

/** Where mosquitto listens and lets nobody in but `ci` with the password `hunter2`. */
async function guarded(context, mosquitto) {
  const folder = temporaryFolder('exporters');
  const [config, passwords] = [join(folder, 'mosquitto.conf'), join(folder, 'passwords')];
  execFileSync('mosquitto_passwd', ['-b', '-c', passwords, 'ci', 'hunter2']);
  const port = await freePort();
  const user = process.getuid() === 0 ? 'user root\n' : '';
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${passwords}\n${user}`);
  await serve(context, mosquitto, ['-c', config], port);
  return port;
}

/** The pids of the children that send, of this process or of another. */
function exportingChildren(pid = process.pid) {
  return withDescendants(pid).filter((child) => /\0export\0-\0$/.test(commandLine(child)));
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** The number of its group, in proc_pid_stat(5). */
function processGroup(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[3]);
}

/** The value of the sample of this name with these labels. */
function value(text, name, ...labels) {
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  const line = lines.find((line) => labels.every((label) => line.includes(label)));
  return Number(line?.split(' ').at(-1));
}
