// A registry of our own on this machine: verdaccio, which asks no other one.

import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './folders.mjs';
import { freePort } from './ports.mjs';

const CONFIGURATION = `
storage: ./storage
uplinks: {}
packages:
  '**': { access: $all, publish: $all }
max_body_size: 100mb
log: { type: stdout, format: pretty, level: error }
`;

/**
 * Starts verdaccio.
 * @param {string} verdaccio the folder of its package
 * @returns {Promise<{ url: string, publish(path: string, env: object): Promise<void>, stop(): Promise<void> }>}
 */
export async function startRegistry(verdaccio) {
  const folder = temporaryFolder('registry');
  writeFileSync(join(folder, 'config.yaml'), CONFIGURATION);
  const address = `127.0.0.1:${await freePort()}`;
  const args = ['--config', 'config.yaml', '--listen', address];
  const server = fork(join(verdaccio, 'bin', 'verdaccio'), args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const words = [];
  server.stderr.setEncoding('utf8').on('data', (chunk) => words.push(chunk));
  const ended = once(server, 'exit');
  const patience = AbortSignal.timeout(60_000);
  const started = await Promise.race([
    once(server, 'message', { signal: patience }).then(() => true),
    ended.then(() => false),
  ]);
  if (!started) throw new Error(`verdaccio did not start: ${words.join('')}`);
  const url = `http://${address}/`;
  return {
    url,
    /** Publishes a folder or a tarball. Everybody may here, but npm asks for a name before it tries. */
    async publish(path, env) {
      const args = ['publish', path, '--registry', url, `--//${address}/:_authToken=anybody`];
      await promisify(execFile)('npm', args, { cwd: folder, env });
    },
    async stop() {
      server.kill();
      await ended;
    },
  };
}
