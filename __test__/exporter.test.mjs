// What an exporter counts, held against what /proc and Node say of the same processes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { createExporter } from 'procmon';
import { figuresOf, labelsOf, sumOf } from './support/figures.mjs';
import { temporaryFolder } from './support/folders.mjs';
import { ownCounts, until, withDescendants } from './support/processes.mjs';

const timeout = 60_000;
const children = [];
after(() => {
  const living = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const pid of living.flatMap(({ pid }) => withDescendants(pid))) process.kill(pid, 'SIGKILL');
});

/** A new reading for each scrape. */
const FRESH = { maxAgeMs: 0 };
/** What `sh` is called here. */
const SHELL = basename(realpathSync('/bin/sh'));
/** What the kernel counts the time of a whole process in (user and system each). */
const TICK_SECONDS = 0.01;

test('a group has the members, the threads and the time that /proc tells of them', { timeout }, async () => {
  const burn =
    'const end = Date.now() + 300; while (Date.now() < end); console.log(process.pid); setInterval(() => {}, 1e6)';
  const shell = asked(`${process.execPath} -e '${burn}' & ${process.execPath} -e '${burn}' & wait`);
  const exporter = createExporter({ pids: [shell.pid], ...FRESH });
  assert.deepEqual(labelsOf(await exporter.collectOnce(), 'procmon_group_processes', 'group'), [SHELL]);
  const pids = [await shell.ask('go'), await shell.answer()];
  const before = pids.map(timeOf);
  const text = await exporter.collectOnce();
  const after = pids.map(timeOf);
  const figures = figuresOf(text);
  assert.equal(figures.get('procmon_group_processes{group="node"}'), 2);
  assert.equal(figures.get(`procmon_group_processes{group="${SHELL}"}`), 1);
  const threads = pids.map((pid) => readdirSync(`/proc/${pid}/task`).length);
  assert.equal(figures.get('procmon_group_threads{group="node"}'), sum(threads));
  const seconds = sumOf(text, 'procmon_group_cpu_seconds_total', 'group', 'node');
  assert.ok(seconds >= sum(before), `${seconds} s of ${before}`);
  assert.ok(seconds <= sum(after) + 4 * TICK_SECONDS, `${seconds} s of ${after}`);
  await exporter.close();
});

test('between two scrapes this process uses what process.cpuUsage says', { timeout }, async () => {
  const exporter = createExporter({ pids: [process.pid], include: [/^node$/], ...FRESH });
  const scrape = async () => {
    const before = process.cpuUsage();
    const seconds = sumOf(await exporter.collectOnce(), 'procmon_group_cpu_seconds_total', 'group', 'node');
    return { before, seconds, after: process.cpuUsage() };
  };
  const first = await scrape();
  for (const end = Date.now() + 300; Date.now() < end; );
  const second = await scrape();
  const used = second.seconds - first.seconds;
  // Each reading was taken somewhere between the two looks around it.
  const [least, most] = [secondsBetween(first.after, second.before), secondsBetween(first.before, second.after)];
  assert.ok(used >= least - 1e-3 && used <= most + 1e-3, `${used} s, not ${least} to ${most}`);
  await exporter.close();
});

test('processes that came and went between two scrapes count, and a group without members goes', {
  timeout,
}, async () => {
  const shell = asked('sleep 1000 & echo $!; for n in 1 2 3; do read word; sleep 0.1; echo done; done; wait');
  const exporter = createExporter({ pids: [shell.pid], ...FRESH });
  const lasting = Number(await shell.ask('begin'));
  await exporter.collectOnce();
  for (const word of ['one', 'two', 'three']) assert.equal(await shell.ask(word), 'done');
  // The shell may know of an end before the exporter does.
  const text = await scraped(exporter, (text) => exitsOf(text, 'sleep') === 3);
  const figures = figuresOf(text);
  assert.equal(figures.get('procmon_group_processes{group="sleep"}'), 1);
  assert.equal(figures.get('procmon_group_processes_started_total{group="sleep"}'), 4);
  process.kill(lasting, 'SIGKILL');
  // The shell ends when its last child has.
  await scraped(exporter, (text) => !text.includes('group='));
  await exporter.close();
});

test('names and labels stand in the text whatever characters they have', { timeout }, async () => {
  const program = join(temporaryFolder('exporter'), 'a"b\\c d');
  copyFileSync('/bin/sleep', program);
  const child = started(program, ['1000']);
  const labels = { team: 'x"y\\z\n…' };
  const exporter = createExporter({ pids: [child.pid], labels });
  const text = await exporter.collectOnce();
  assert.ok(
    text.includes('\nprocmon_group_processes{group="a\\"b\\\\c d",team="x\\"y\\\\z\\n…"} 1\n'),
    text.slice(0, 300),
  );
  await exporter.close();
});

test('rules make groups of their own, with what expressions capture, and expected ones are there with zeros', {
  timeout,
}, async () => {
  const shell = asked('exec sh -c "sleep 1001; true" --port=81');
  const exporter = createExporter({
    pids: [shell.pid],
    processNames: [
      { name: 'web:{{.Matches.port}}', exe: [SHELL], cmdline: [/--port=(?<port>\d+)/] },
      { name: 'database', comm: ['postgres'], expect: true },
    ],
    expect: ['mail'],
    ...FRESH,
  });
  shell.tell('go');
  const text = await scraped(exporter, (text) => figuresOf(text).get('procmon_group_processes{group="web:81"}') === 2);
  assert.deepEqual(labelsOf(text, 'procmon_group_processes', 'group').sort(), ['database', 'mail', 'web:81']);
  assert.equal(figuresOf(text).get('procmon_group_processes{group="mail"}'), 0);
  await exporter.close();
});

test('single processes, other names and the whole machine are there where they are asked for', {
  timeout,
}, async () => {
  const child = started('sleep', ['1000']);
  const options = { names: ['sleep'], exclude: ['command:1002'] };
  const text = async (more) => {
    const exporter = createExporter({ ...options, ...more });
    const text = await exporter.collectOnce();
    await exporter.close();
    return text;
  };
  const own = `pid="${child.pid}",name="sleep",group="sleep"`;
  assert.ok(!(await text({})).includes('procmon_process_'));
  assert.ok((await text({ processes: true })).includes(`procmon_process_resident_memory_bytes{${own}}`));
  const none = await text({ processes: { top: 5, minAgeMs: 3_600_000, minCpuCores: 0.5, minMemoryBytes: 1 } });
  assert.ok(!none.includes(own));
  const peer = await text({ compat: 'process-exporter' });
  assert.ok(figuresOf(peer).get('namedprocess_namegroup_num_procs{groupname="sleep"}') >= 1);
  const perPid = await text({ compat: 'per-pid' });
  assert.ok(perPid.includes(`{proc_name="sleep",proc_cmdline="sleep 1000",proc_pid="${child.pid}",type="used"} `));
  const whole = await text({ names: undefined, groupBy: 'tool' });
  assert.ok(sumOf(whole, 'procmon_group_processes', 'group', 'sleep') >= 1);
});

test('whoever asks while a reading is under way shares it, and OpenMetrics is there by Accept', {
  timeout,
}, async () => {
  const exporter = createExporter({ pids: [process.pid], ...FRESH });
  const texts = await Promise.all(Array.from({ length: 50 }, () => exporter.collectOnce()));
  assert.equal(new Set(texts).size, 1);
  assert.ok(texts[0].endsWith('\n') && !texts[0].includes('# EOF'));
  assert.equal(exporter.contentType, 'text/plain; version=0.0.4; charset=utf-8');
  const other = await exporter.collectOnce({ accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' });
  assert.ok(other.endsWith('\n# EOF\n'));
  await exporter.close();
});

test('an exporter whose process has ended shows nobody and can be closed', { timeout }, async () => {
  const child = started('sleep', ['1000']);
  const exporter = createExporter({ pids: [child.pid], ...FRESH });
  assert.equal(sumOf(await exporter.collectOnce(), 'procmon_group_processes', 'group', 'sleep'), 1);
  child.kill('SIGKILL');
  const text = await scraped(exporter, (text) => !text.includes('"sleep"'));
  assert.equal(figuresOf(text).get('procmon_events_lost_total'), 0);
  await exporter.close();
});

test('close ends the session and all that belongs to it, once, and nothing can be asked after it', {
  timeout,
}, async () => {
  const used = async () => {
    const exporter = createExporter({ pids: [process.pid] });
    await exporter.listen({ port: 0 });
    const scrape = exporter.collectOnce();
    const closing = [exporter.close(), exporter.close(), exporter[Symbol.asyncDispose]()];
    assert.match(await scrape, /^# HELP procmon_group_processes /);
    await Promise.all(closing);
    return exporter;
  };
  // Node makes its own threads at the first use.
  const first = await used();
  const before = ownCounts();
  for (let round = 0; round < 10; round += 1) await used();
  await until(() => ownCounts().threads <= before.threads);
  assert.deepEqual(ownCounts(), before);
  const closed = { name: 'ProcmonError', code: 'ERR_PROCMON_CLOSED', message: 'the exporter is closed' };
  await assert.rejects(first.collectOnce(), closed);
  await assert.rejects(first.listen(), closed);
});

/** Scrapes until the text is as expected; the deadline of the test ends what never comes. */
async function scraped(exporter, isIt) {
  for (;;) {
    const text = await exporter.collectOnce();
    if (isIt(text)) return text;
  }
}

function exitsOf(text, group) {
  return sumOf(text, 'procmon_group_processes_exited_total', 'group', group);
}

/** The processor time of a process in seconds: fields 14 and 15 of proc_pid_stat(5), in ticks. */
function timeOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
}

function secondsBetween(before, after) {
  return (after.user + after.system - before.user - before.system) / 1e6;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function started(command, args, options = { stdio: 'ignore' }) {
  const child = spawn(command, args, options);
  children.push(child);
  return child;
}

/** A shell that reads a line before it runs a script; what the script prints is its answer. */
function asked(script) {
  const child = started('sh', ['-c', `read word; ${script}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => (await lines.next()).value;
  const tell = (word) => child.stdin.write(`${word}\n`);
  const ask = (word) => {
    tell(word);
    return answer();
  };
  return { pid: child.pid, answer, ask, tell };
}
