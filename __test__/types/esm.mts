// What a module that imports the package may write, and what it may not. tsc checks it; nothing runs it.

import procmon, {
  type AbortError,
  attach,
  capabilities,
  createExporter,
  type ExportDestination,
  type Exporter,
  executeWithMonitoring,
  type Listening,
  type Monitor,
  ProcmonError,
  profiles,
  type Run,
  type RunResult,
  run,
  type Sample,
  type Summary,
  snapshot,
  tree,
} from 'procmon';

const handle: Run = run('npm', ['test'], { interval: 50, stdio: ['ignore', 1, null], env: { A: 'b', C: undefined } });
run('npm', { profile: 'batch', signal: AbortSignal.timeout(5), cwd: new URL('file:///'), outputFile: 'a.jsonl' });

handle
  .on('spawn', (process) => process.command.join(' ').length)
  .on('exec', ({ image }) => image?.name.length)
  .on('exit', ({ exitCode, cpuNs }) => (exitCode ?? 0) + (cpuNs ?? 0))
  .on('call', ({ name, wallNs, rssBytes, error }) => [name, wallNs, rssBytes?.change, error?.cause?.message])
  .once('sample', (sample: Sample) => sample.processes[0]?.rssBytes)
  .on('end', (summary: Summary) => summary.byRole['jest worker 1']?.cpuMs)
  .on('error', (error: Error) => error.message);

const result: RunResult = await handle;
const code: number | null = result.exitCode;
const awaited: number | undefined = await handle.then(({ pid }) => pid).catch(() => undefined);
for await (const sample of handle) sample.memoryBytes?.toFixed();
const saved: Promise<void> = handle.save(new URL('file:///a.jsonl')).then(() => handle.save('b', 'jsonl'));
{
  await using monitor: Monitor = attach(handle.pid ?? 1, { children: false });
  monitor.latest?.threadCount;
}

run('npm test | tee log', { shell: true, stdio: ['pipe', process.stderr, 'pipe'] }).stdin?.end('text');
run('npm', ['test'], {
  timeout: 1000,
  killSignal: 'SIGINT',
  forceKillAfterDelay: false,
  killDescendants: false,
  profile: { ...profiles.minimal, interval: 5, maxInterval: 10, name: 'mine', metrics: ['cpu', 'net'] },
}).unref();
for await (const chunk of run('ls', { stdio: 'pipe' }).stdout ?? []) String(chunk);
const [exitCode, monitor]: [number | null, Run] = await executeWithMonitoring(['npm', 'test'], { history: 5 });
const deep: number | null | undefined = tree().children[0]?.children[0]?.subtree.cpuNs;
const tierHere: string = capabilities({ accounting: 'poll' }).tier + capabilities().host.os;

const broker: ExportDestination = { type: 'mqtt', url: 'mqtt://ci@broker', password: 'x', labels: { team: 'web' } };
run('npm', ['test'], { exporters: [broker, { type: 'otlp' }, { type: 'prom-file', path: new URL('file:///a.prom') }] });
// @ts-expect-error: it has to be said where
attach(1, { exporters: [{ type: 'pushgateway', job: 'x' }] });

export { deep, exitCode, monitor, tierHere };

try {
  snapshot(1).processes.map(({ parent }) => parent?.startTime);
} catch (error) {
  // @ts-expect-error an error of ours has a code
  new ProcmonError('no such process');
  new ProcmonError('no such process', { code: 'ESRCH', pid: 1 });
  if (error instanceof ProcmonError) error.code.startsWith(error.syscall ?? 'ERR_');
}

const same: boolean = procmon.run === run && profiles.daemon.interval === procmon.profiles['realtime-api'].interval;

export { awaited, code, same, saved };

// @ts-expect-error: a rate is not known where a number may be null
const rate: number = result.summary.coresMean;
// @ts-expect-error: there are no channels of messages
run('true', { stdio: 'ipc' });
// @ts-expect-error: durations are numbers of milliseconds
run('true', { interval: '100ms' });
// @ts-expect-error: there is no such format yet
handle.save('a.xml', 'xml');
// @ts-expect-error: there is no such profile
run('true', { profile: 'fast' });
// @ts-expect-error: there is no such group of metrics
run('true', { profile: { metrics: ['gpu'] } });
// @ts-expect-error: an attached process is not ours to signal
attach(1).kill();
// @ts-expect-error: there is no such event
handle.on('finish', () => {});
// @ts-expect-error: a monitor is not awaited
attach(1).then(() => {});
// @ts-expect-error: handles are made by functions
new Run();
// @ts-expect-error: profiles are constants
profiles.daemon.interval = 5;

export { rate };

const aborted = (error: AbortError): number | null | undefined => error.result?.exitCode;

export { aborted };

{
  await using exporter: Exporter = createExporter({
    pids: [1],
    include: ['node', /^jest$/],
    groupBy: 'role',
    processes: { top: 5, minCpuCores: 0.5 },
    labels: { team: 'web' },
    maxAgeMs: undefined,
  });
  const { port, url }: Listening = await exporter.listen({ port: 0 });
  const text: string = await exporter.collectOnce({ accept: `${exporter.contentType}${port}${url}` });
  text.length;
}
createExporter({ processNames: [{ name: 'web:{{.Matches.port}}', cmdline: [/--port (?<port>\d+)/, 'server'] }] });
createExporter({ compat: 'per-pid', processes: true })
  .close()
  .then(() => {});

// @ts-expect-error: there is no such way of grouping
createExporter({ groupBy: 'colour' });
// @ts-expect-error: labels are texts
createExporter({ labels: { build: 5 } });
// @ts-expect-error: a rule has no such field
createExporter({ processNames: [{ exes: ['node'] }] });
// @ts-expect-error: it is a promise
createExporter().collectOnce().length;
