// Runs a few lines of JavaScript in a Node of their own, with procmon at hand, to see how that Node ends.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A script that hangs must not keep the tests from coming to their end. */
const PATIENCE_MS = 100_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param {string} body an ES module's text
 * @param {{ args?: string[], onOutput?: (output: string, child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string }>}
 */
export function runScript(body, { args = [], onOutput } = {}) {
  const text = `import { attach, run, snapshot } from 'procmon';\n${body}`;
  const child = spawn(process.execPath, [...args, '--input-type=module', '--eval', text], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => {
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (chunk) => {
        output[name] += chunk;
        onOutput?.(output.stdout, child);
      });
    }
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
  });
}
