'use strict';

// Node's permission model does not reach into an addon, so that we ask it ourselves.

/**
 * Throws what `child_process` throws where Node was told not to start processes.
 * @param {string} command
 */
function checkMayStart(command) {
  if (isDenied('child')) throw denied('ChildProcess', command, '--allow-child-process');
}

/**
 * Throws what `fs` throws where Node was told not to write there.
 * @param {string} path
 */
function checkMayWrite(path) {
  if (isDenied('fs.write', path)) throw denied('FileSystemWrite', path, '--allow-fs-write');
}

/**
 * Throws what `fs` throws where Node was told not to read there.
 * @param {string} path
 */
function checkMayRead(path) {
  if (isDenied('fs.read', path)) throw denied('FileSystemRead', path, '--allow-fs-read');
}

/**
 * Throws what `net` throws where Node was told not to use the network; a server of Node's own would throw it where nobody
 * can catch it.
 * @param {string} address
 */
function checkMayListen(address) {
  // Node before 25 does not ask for this permission, and knows of none.
  const isAsked = process.allowedNodeEnvironmentFlags.has('--allow-net');
  if (isAsked && isDenied('net')) throw denied('Net', address, '--allow-net');
}

function isDenied(scope, reference) {
  return process.permission !== undefined && !process.permission.has(scope, reference);
}

function denied(permission, resource, flag) {
  const message = `Access to this API has been restricted. Use ${flag} to manage permissions.`;
  return Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', permission, resource });
}

module.exports = { checkMayListen, checkMayRead, checkMayStart, checkMayWrite };
