'use strict';

// The server of figures: Node's own, with limits for clients that are slow or many.

const { once } = require('node:events');
const http = require('node:http');
const { BlockList } = require('node:net');
const { promisify } = require('node:util');
const { gzip } = require('node:zlib');
const { fromNetwork } = require('./errors.cjs');
const { version } = require('../package.json');

const compressed = promisify(gzip);

const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

const LIMITS = {
  // From the connection or the first byte of a request to the end of its headers.
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  // Between an answer and the next request: a scraper may come back.
  keepAliveTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
};
/** How long a client may take nothing of what waits for it. */
const STALLED_MS = 10_000;
const MOST_CONNECTIONS = 64;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Serves figures in one place. */
class FigureServer {
  #figures;
  #path;
  #server;
  #listening;
  /** The answers that are being made or sent. */
  #answers = new Set();

  /**
   * @param {(accept?: string) => Promise<{ contentType: string, text: string }>} figures
   * @param {string} path where they are
   */
  constructor(figures, path) {
    this.#figures = figures;
    this.#path = path;
    this.#server = http.createServer(LIMITS, (request, response) => this.#attend(request, response));
    this.#server.timeout = STALLED_MS;
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  listen(place) {
    this.#listening = this.#begin(place);
    return this.#listening;
  }

  async close() {
    // One that could not listen has told so already.
    await this.#listening.catch(() => {});
    const closed = new Promise((resolve) => this.#server.close(resolve));
    await Promise.all(this.#answers);
    this.#server.closeAllConnections();
    await closed;
  }

  async #begin(place) {
    try {
      this.#server.listen(place);
      await once(this.#server, 'listening');
    } catch (error) {
      throw fromNetwork(error);
    }
    this.#server.once('error', warnOfTrouble).on('error', () => {});
    const { address: host, port, family } = this.#server.address();
    const url = `http://${family === 'IPv6' ? `[${host}]` : host}:${port}${this.#path}`;
    if (!LOOPBACK.check(host, family.toLowerCase())) warnOfOpenness(url);
    return { port, host, url };
  }

  async #attend(request, response) {
    const gone = new Promise((resolve) => response.once('close', resolve));
    this.#answers.add(gone);
    gone.then(() => this.#answers.delete(gone));
    // What goes wrong with a connection is the client's affair.
    response.on('error', () => {});
    const { status, headers, body } = await this.#reply(request).catch(failure);
    const own = { 'Content-Length': Buffer.byteLength(body), 'X-Content-Type-Options': 'nosniff' };
    // Nothing can follow a body that nobody reads.
    if (hasBody(request)) own.Connection = 'close';
    response.writeHead(status, { ...headers, ...own }).end(body);
  }

  async #reply(request) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const { headers, ...reply } = plain(405, 'GET and HEAD are all there is.\n');
      return { ...reply, headers: { ...headers, Allow: 'GET, HEAD' } };
    }
    if (hasBody(request)) return plain(413, 'No body is taken.\n');
    const path = pathOf(request.url);
    if (path === this.#path) return this.#page(request.headers);
    if (path === '/healthz') return plain(200, 'ok\n');
    if (path === '/') return frontPage(this.#path);
    return plain(404, 'There is no such page.\n');
  }

  async #page({ accept, 'accept-encoding': encodings = '' }) {
    const { contentType, text } = await this.#figures(accept);
    const headers = { 'Content-Type': contentType, Vary: 'Accept, Accept-Encoding' };
    if (!takesGzip(encodings)) return { status: 200, headers, body: text };
    return { status: 200, headers: { ...headers, 'Content-Encoding': 'gzip' }, body: await compressed(text) };
  }
}

function plain(status, body) {
  return { status, headers: { 'Content-Type': TEXT }, body };
}

function failure() {
  return plain(500, 'The figures could not be read.\n');
}

function frontPage(path) {
  const body = `<!doctype html>
<html lang="en">
<title>procmon</title>
<h1>procmon ${version}</h1>
<p><a href="${path}">Figures</a> for Prometheus</p>
<p><a href="/healthz">Health</a></p>
</html>
`;
  return { status: 200, headers: { 'Content-Type': HTML, 'Content-Security-Policy': "default-src 'none'" }, body };
}

/** The path that is asked for; a client that takes us for a proxy sends a whole address. */
function pathOf(url) {
  if (url.startsWith('/')) return url.split('?', 1)[0];
  return URL.canParse(url) ? new URL(url).pathname : '';
}

function hasBody({ headers }) {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Whether the client takes gzip (RFC 9110, section 12.5.3): named, and not with a weight of 0. */
function takesGzip(encodings) {
  return encodings.split(',').some((encoding) => {
    const [name, ...parameters] = encoding.split(';').map((part) => part.trim().toLowerCase());
    return name === 'gzip' && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter));
  });
}

function warnOfOpenness(url) {
  const message = `whoever reaches this machine can read ${url}: there is neither TLS nor a password`;
  process.emitWarning(message, { type: 'ProcmonWarning', code: 'PROCMON_OPEN_EXPORTER' });
}

function warnOfTrouble({ message }) {
  process.emitWarning(`the exporter could not take a connection: ${message}`, { type: 'ProcmonWarning' });
}

module.exports = { FigureServer };
