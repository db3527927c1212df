// Inside jest, modules live in a realm of their own: errors and objects must be of that one.

const { attach, createExporter, ProcmonError, profiles, run, snapshot, summarizeSync, version } = require('procmon');

test('errors are errors of this realm', async () => {
  const failed = await run('procmon-no-such-command').catch((error) => error);
  expect(failed).toBeInstanceOf(Error);
  expect(failed).toBeInstanceOf(ProcmonError);
  const circle = {};
  circle.self = circle;
  const wrong = [() => run(5), () => attach(0), () => summarizeSync([circle])];
  const thrown = [() => attach(2 ** 31 - 1), () => snapshot(2 ** 31 - 1), ...wrong].map(caught);
  for (const error of thrown) expect(error).toBeInstanceOf(Error);
  expect(thrown[0]).toBeInstanceOf(ProcmonError);
  expect(thrown[2]).toBeInstanceOf(TypeError);
  expect(thrown[3]).toBeInstanceOf(RangeError);
  expect(thrown[4]).toBeInstanceOf(TypeError);
  expect(() => run(5)).toThrow(TypeError);
  await expect(run('true', { signal: AbortSignal.abort() })).rejects.toThrow('The operation was aborted');
});

test('objects are objects of this realm', async () => {
  const handle = run('sleep', ['0.2'], { interval: 20 });
  const { summary, samples, processes, args } = await handle;
  for (const list of [samples, processes, args, samples[0].processes, summary.warnings])
    expect(list).toBeInstanceOf(Array);
  for (const object of [summary, samples[0], handle.header, profiles.minimal]) expect(object).toBeInstanceOf(Object);
  expect(handle.then(() => {})).toBeInstanceOf(Promise);
  expect(version).toBe(require('procmon/package.json').version);
});

test('a session goes on where the test fakes the timers', async () => {
  jest.useFakeTimers();
  try {
    const handle = run('sh', ['-c', 'sleep 0.1; exit 3'], { interval: 10 });
    let samples = 0;
    for await (const _ of handle) samples += 1;
    expect(samples).toBeGreaterThan(2);
    expect((await handle).exitCode).toBe(3);
  } finally {
    jest.useRealTimers();
  }
});

test('an exporter gives promises and errors of this realm, where the test fakes the timers, too', async () => {
  jest.useFakeTimers();
  try {
    expect(() => createExporter({ labels: { group: 'x' } })).toThrow(TypeError);
    const exporter = createExporter({ pids: [process.pid], include: [/./] });
    const scrape = exporter.collectOnce();
    expect(scrape).toBeInstanceOf(Promise);
    expect(await scrape).toMatch(/^procmon_group_processes/m);
    const { port } = await exporter.listen({ port: 0 });
    const second = createExporter({ pids: [process.pid] });
    await expect(second.listen({ port })).rejects.toThrow(ProcmonError);
    await Promise.all([exporter.close(), second.close()]);
    await expect(exporter.collectOnce()).rejects.toThrow(ProcmonError);
  } finally {
    jest.useRealTimers();
  }
});

test('calls take the time that they take where the test fakes the clock, and the package is loaded after that', async () => {
  jest.useFakeTimers({ now: 0 });
  const records = [];
  try {
    let procmon;
    jest.isolateModules(() => {
      procmon = require('procmon');
    });
    const options = { logToConsole: false, logToFile: false, onRecord: (record) => records.push(record) };
    const work = procmon.timer(() => new Promise((resolve) => setTimeout(resolve, 3_600_000)), options);
    const working = work();
    jest.advanceTimersByTime(3_600_000);
    await working;
    await procmon.calls.flush();
  } finally {
    jest.useRealTimers();
  }
  expect(records.length).toBe(1);
  expect(records[0].wallNs).toBeGreaterThan(0);
  expect(records[0].wallNs).toBeLessThan(60e9);
  expect(Math.abs(Date.parse(records[0].startedAt) - Date.now())).toBeLessThan(60_000);
});

function caught(attempt) {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
