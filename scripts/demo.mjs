/*
 * npm run demo [-- jest|vitest|webpack [-- options of procmon run]]
 *
 * Runs one of the projects in examples/ under procmon: installs what the project needs when that has
 * not been done, hands the terminal to procmon, and says where the recording is.
 */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PROCMON = path.join(ROOT, 'bin', 'procmon.cjs');
const RECORDING = 'procmon.jsonl';
const EXAMPLES = {
  jest: ['npm', 'test'],
  vitest: ['npm', 'test'],
  webpack: ['npm', 'run', 'build'],
};
const USAGE = 'usage: npm run demo [-- jest|vitest|webpack [-- options of procmon run]]';
/** The exit code for troubles of this script, as procmon has it for its own. */
const OWN_FAILURE = 125;

class DemoError extends Error {}

/** stdout belongs to the command that is shown, so all our words go to stderr. */
function say(text) {
  process.stderr.write(`demo: ${text}\n`);
}

function readWords(words) {
  const split = words.indexOf('--');
  const names = split < 0 ? words : words.slice(0, split);
  const options = split < 0 ? [] : words.slice(split + 1);
  const [name = 'jest', ...rest] = names;
  if (!Object.hasOwn(EXAMPLES, name) || rest.length > 0) {
    throw new DemoError(`no such example: ${names.join(' ')}\n${USAGE}`);
  }
  if (options.some((option) => /^--out(?:=|$)/.test(option))) {
    throw new DemoError(`the demo records to ${RECORDING} in the example's folder; leave out --out`);
  }
  return { name, options };
}

/**
 * Runs a command to its end. Ctrl-C and Ctrl-\ reach it from the terminal without us, and only must not
 * end us first; TERM and HUP are as a rule sent to one process, so we pass them on.
 */
function runToEnd(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    const listeners = {
      SIGINT: () => {},
      SIGQUIT: () => {},
      SIGTERM: (signal) => child.kill(signal),
      SIGHUP: (signal) => child.kill(signal),
    };
    const forget = () => {
      for (const [signal, listener] of Object.entries(listeners)) {
        process.off(signal, listener);
      }
    };
    for (const [signal, listener] of Object.entries(listeners)) {
      process.on(signal, listener);
    }
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => {
      forget();
      reject(new DemoError(`failed to run ${command}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      forget();
      resolve({ code, signal, output });
    });
  });
}

/** npm writes the hidden lockfile last: one that is there and new enough tells of a whole installation. */
function isInstalled(folder) {
  const done = statSync(path.join(folder, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return done !== undefined && done.mtimeMs >= statSync(path.join(folder, 'package-lock.json')).mtimeMs;
}

/** Ends this process as another one ended. */
function endAs({ code, signal }) {
  if (signal) {
    process.kill(process.pid, signal);
    return;
  }
  process.exitCode = code;
}

async function install(name, folder) {
  say(`installing what examples/${name} needs (first run only)`);
  const ended = await runToEnd('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm is a .cmd file on Windows, which only a shell can start; the words above are all fixed.
    shell: process.platform === 'win32',
  });
  if (ended.code !== 0 && !ended.signal) {
    process.stderr.write(ended.output);
    throw new DemoError(`npm ci failed in ${folder} with exit code ${ended.code}; its words stand above`);
  }
  return ended;
}

/** How to see the recording once more, from the folder in which the demo was started. */
function sayWhere(recording) {
  const quoted = (word) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
  const here = process.cwd() === ROOT;
  const summary = `npx procmon summary ${quoted(here ? path.relative(ROOT, recording) : recording)}`;
  say(`the recording is ${recording}`);
  say(`look at it again: ${here ? '' : `cd ${quoted(ROOT)} && `}${summary}`);
}

async function demo(words) {
  const { name, options } = readWords(words);
  const folder = path.join(ROOT, 'examples', name);
  const recording = path.join(folder, RECORDING);
  if (!isInstalled(folder)) {
    const { signal } = await install(name, folder);
    if (signal) {
      return { signal };
    }
  }
  rmSync(recording, { force: true });
  const args = [PROCMON, 'run', '--out', RECORDING, ...options, '--', ...EXAMPLES[name]];
  const ended = await runToEnd(process.execPath, args, { cwd: folder, stdio: 'inherit' });
  if (existsSync(recording)) {
    sayWhere(recording);
  }
  return ended;
}

try {
  endAs(await demo(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof DemoError)) {
    throw error;
  }
  say(error.message);
  process.exitCode = OWN_FAILURE;
}
