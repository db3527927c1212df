'use strict';

const { ProcmonError, answerTo, fromNative } = require('./errors.cjs');
const { exporterOrder, listenOrder } = require('./exporter-options.cjs');
const native = require('./native.cjs');
const { checkMayListen } = require('./permission.cjs');
const check = require('./validate.cjs');

/** Figures of processes for Prometheus. js/exporter.d.ts tells what each member is. */
class Exporter {
  contentType = native.contentType();

  #native;
  /** The scrapes under way, by content type: whoever comes meanwhile shares one. */
  #scrapes = new Map();
  #server;
  #closed;

  constructor(order) {
    this.#native = answerTo(() => native.export(JSON.stringify(order)));
  }

  async collectOnce(options = {}) {
    const { accept } = check.members(options, 'options', { accept: check.text });
    this.#checkOpen();
    const { text } = await this.#figures(accept);
    return text;
  }

  async listen(options = {}) {
    const { path, ...place } = listenOrder(options);
    this.#checkOpen();
    if (this.#server) throw new ProcmonError('the exporter listens already', { code: 'ERR_SERVER_ALREADY_LISTEN' });
    checkMayListen(`${place.host}:${place.port}`);
    // Loaded late, as Node's server takes a while to load and few who load the package serve anything.
    const { FigureServer } = require('./exporter-server.cjs');
    const server = new FigureServer((accept) => this.#figures(accept), path);
    this.#server = server;
    try {
      return await server.listen(place);
    } catch (error) {
      // Another port may do.
      this.#server = undefined;
      throw error;
    }
  }

  close() {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  async #figures(accept) {
    const contentType = native.contentType(accept);
    let scrape = this.#scrapes.get(contentType);
    if (!scrape) {
      scrape = this.#native.collect(contentType).finally(() => this.#scrapes.delete(contentType));
      this.#scrapes.set(contentType, scrape);
    }
    try {
      return { contentType, text: await scrape };
    } catch (error) {
      throw fromNative(error);
    }
  }

  async #end() {
    await this.#server?.close();
    await Promise.allSettled(this.#scrapes.values());
    await this.#native.close();
  }

  #checkOpen() {
    if (this.#closed) throw new ProcmonError('the exporter is closed', { code: 'ERR_PROCMON_CLOSED' });
  }
}

/** Begins to count processes for those who scrape. */
function createExporter(options = {}) {
  return new Exporter(exporterOrder(options));
}

module.exports = { createExporter };
