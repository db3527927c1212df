// Real servers on loopback, which end with the test that started them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/**
 * Starts a program and waits until it takes connections.
 * @param {import('node:test').TestContext} context the test that it ends with
 * @param {string} program
 * @param {string[]} args
 * @param {number} port where it takes them
 */
export async function serve(context, program, args, port) {
  const child = spawn(program, args, { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit');
  context.after(async () => {
    kill();
    await ended;
    process.off('exit', kill);
  });
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${program} has ended with ${child.exitCode}`);
    await setTimeout(20);
  }
}

/** A server that takes connections and says nothing; its port. */
export async function silentServer(context) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address().port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
