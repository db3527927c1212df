// What the server of an exporter answers, and whom it turns away.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createExporter } from 'procmon';
import { figuresOf } from './support/figures.mjs';

const timeout = 60_000;
const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const exporter = createExporter({ pids: [process.pid] });
let place;
before(async () => {
  place = await exporter.listen({ port: 0 });
});
after(() => exporter.close());

test('the answer to listen says where the figures are', () => {
  assert.ok(place.port > 0);
  assert.deepEqual(place, { port: place.port, host: '127.0.0.1', url: `http://127.0.0.1:${place.port}/metrics` });
});

test('the figures are there as text and as OpenMetrics, as they are and in gzip', { timeout }, async () => {
  const accept = `${OPEN_METRICS.split('; charset')[0]},text/plain;version=0.0.4;q=0.5,*/*;q=0.1`;
  for (const [headers, type, isCompressed] of [
    [{}, TEXT, false],
    [{ accept }, OPEN_METRICS, false],
    [{ 'accept-encoding': 'br;q=1, GZIP;q=0.5' }, TEXT, true],
    [{ accept, 'accept-encoding': 'gzip' }, OPEN_METRICS, true],
    [{ 'accept-encoding': 'gzip;q=0, br' }, TEXT, false],
  ]) {
    const { status, headers: told, body } = await asked('/metrics?of=us', { headers });
    assert.equal(status, 200);
    assert.equal(told['content-type'], type);
    assert.equal(told.vary, 'Accept, Accept-Encoding');
    assert.equal(told['content-encoding'], isCompressed ? 'gzip' : undefined);
    const text = (isCompressed ? gunzipSync(body) : body).toString();
    assert.equal(figuresOf(text).get('procmon_group_processes{group="node"}'), 1);
    assert.equal(text.endsWith('\n# EOF\n'), type === OPEN_METRICS);
  }
});

test('HEAD has the headers of GET and no body', { timeout }, async () => {
  for (const path of ['/healthz', '/']) {
    const [whole, head] = [await asked(path), await asked(path, { method: 'HEAD' })];
    assert.deepEqual({ ...head.headers, date: '' }, { ...whole.headers, date: '' });
    assert.equal(head.headers['content-length'], `${whole.body.length}`);
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  }
  const { headers, body } = await asked('/metrics', { method: 'HEAD' });
  assert.deepEqual([headers['content-type'], body.length], [TEXT, 0]);
  assert.ok(Number(headers['content-length']) > 1000);
});

test('there are a page of health, a front page, and no others', { timeout }, async () => {
  const health = await asked('/healthz');
  assert.deepEqual([health.status, `${health.body}`], [200, 'ok\n']);
  const front = await asked('/');
  assert.deepEqual([front.status, front.headers['content-type']], [200, 'text/html; charset=utf-8']);
  assert.match(`${front.body}`, /<a href="\/metrics">/);
  assert.equal(front.headers['content-security-policy'], "default-src 'none'");
  for (const path of ['/metrics/', '/other', '//metrics', 'http://elsewhere.invalid/other']) {
    const { status, body } = await asked(path);
    assert.deepEqual([path, status, `${body}`], [path, 404, 'There is no such page.\n']);
  }
  const { status } = await asked(`http://elsewhere.invalid/healthz`);
  assert.equal(status, 200);
});

test('other methods and bodies are refused', { timeout }, async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await asked('/metrics', { method });
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD']);
  }
  const { status, headers } = await asked('/metrics', { headers: { 'content-length': 5 } }, 'hello');
  assert.deepEqual([status, headers.connection], [413, 'close']);
});

test('a client that does not come to the end of its headers is let go', { timeout }, async () => {
  const socket = net.connect(place.port, place.host);
  const begun = Date.now();
  socket.write('GET /metrics HTTP/1.1\r\nHost: us\r\nX-Slow: ');
  const answer = await textOf(socket);
  const seconds = (Date.now() - begun) / 1000;
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.ok(seconds >= 4 && seconds < 15, `${seconds} s`);
});

test('there is room for so many clients, and for others when those have gone', { timeout }, async () => {
  const own = createExporter({ pids: [process.pid] });
  const { port, host, url } = await own.listen({ port: 0, path: '/figures/now' });
  const sockets = Array.from({ length: 64 }, () => net.connect(port, host));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const further = net.connect(port, host);
  assert.equal(await textOf(further), '');
  const gone = once(sockets[0], 'close');
  sockets[0].end();
  await gone;
  const { status } = await asked(new URL(url).pathname, { port });
  assert.equal(status, 200);
  const ends = sockets.slice(1).map((socket) => once(socket, 'close'));
  await own.close();
  await Promise.all(ends);
});

test('what has been asked for is answered before the server closes', { timeout }, async () => {
  const own = createExporter({ maxAgeMs: 0 });
  const { port } = await own.listen({ port: 0 });
  const socket = net.connect(port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nHost: us\r\nExpect: 100-continue\r\n\r\n');
  const answer = textOf(socket);
  // This word comes when the request has been heard.
  await once(socket, 'data');
  await own.close();
  const text = await answer;
  assert.match(text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /^procmon_build_info\{version=".*"\} 1\n$/m);
});

test('a port that is in use is told as an error of ours, and another one can be tried', { timeout }, async () => {
  const own = createExporter({ pids: [process.pid] });
  const { port, host: address } = place;
  await assert.rejects(own.listen({ port }), (error) => {
    const { cause, ...told } = error;
    assert.equal(error.name, 'ProcmonError');
    assert.equal(error.message, `listen EADDRINUSE: address already in use ${address}:${port}`);
    assert.deepEqual(told, { code: 'EADDRINUSE', errno: error.errno, syscall: 'listen', address, port });
    assert.equal(error.cause.code, 'EADDRINUSE');
    return true;
  });
  await own.listen({ port: 0 });
  const again = { name: 'ProcmonError', code: 'ERR_SERVER_ALREADY_LISTEN' };
  await assert.rejects(own.listen({ port: 0 }), again);
  await own.close();
});

test('who can be reached from elsewhere is warned, and nobody else', { timeout }, async () => {
  const warnings = [];
  const take = (warning) => warnings.push(warning);
  process.on('warning', take);
  const urls = [];
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
    const own = createExporter({ pids: [process.pid] });
    urls.push((await own.listen({ port: 0, host })).url);
    await own.close();
  }
  process.off('warning', take);
  const told = warnings.map(({ name, code, message }) => ({ name, code, message }));
  const message = `whoever reaches this machine can read ${urls[2]}: there is neither TLS nor a password`;
  assert.deepEqual(told, [{ name: 'ProcmonWarning', code: 'PROCMON_OPEN_EXPORTER', message }]);
});

/** Asks the server of this file, or that of another port, and gives the whole answer. */
function asked(path, options = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: place.host, port: place.port, path, agent: false, ...options });
    request.on('error', reject).on('response', async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
    });
    request.end(body);
  });
}

/** Everything that comes until the other side closes. */
async function textOf(socket) {
  let text = '';
  socket.setEncoding('utf8').on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}
