// Ports on loopback.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody listens on: the one that the system gives to who asks for any. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
