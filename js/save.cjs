'use strict';

// Writes what a session keeps in memory. Node's own functions do it, off the JavaScript thread, and hold the event loop
// until it is done.

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { FORMATS, convert } = require('./convert.cjs');
const { fromFileSystem, invalidArgValue } = require('./errors.cjs');
const { checkMayWrite } = require('./permission.cjs');
const check = require('./validate.cjs');

/**
 * Saves what is kept at this very moment.
 * @param {{ window(): Buffer, outputFile: string | undefined }} session
 * @param {unknown} target the path or URL that a user gave
 * @param {unknown} format
 */
async function save(session, target, format = 'jsonl') {
  const file = check.absolutePath(target, 'path');
  check.oneOf(format, 'format', FORMATS);
  checkMayWrite(file);
  const recording = session.window();
  try {
    if (session.outputFile && (await isSame(file, session.outputFile))) {
      throw invalidArgValue('path', 'is the file that the session writes to: options.outputFile', target);
    }
    await write(file, format === 'jsonl' ? recording : await converted(recording, format));
  } catch (error) {
    throw fromFileSystem(error, file);
  }
}

/** The same recording in another format: the command line writes those. */
async function converted(recording, format) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'procmon-save-'));
  try {
    const [from, to] = [path.join(folder, 'recording.jsonl'), path.join(folder, `recording.${format}`)];
    await fs.writeFile(from, recording);
    await convert(from, to);
    return await fs.readFile(to);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Whether two paths lead to one file. */
async function isSame(one, other) {
  const [first, second] = await Promise.all([found(one), found(other)]);
  return first !== null && second !== null && first.dev === second.dev && first.ino === second.ino;
}

/** Puts a file in its place whole. What is no file, such as a pipe or a device, takes the bytes as they come. */
async function write(file, bytes) {
  const before = await found(file);
  if (before ? !before.isFile() : await isLink(file)) return fs.writeFile(file, bytes);
  return replace(before ? await fs.realpath(file) : file, bytes, before && before.mode & 0o777);
}

/** What is there; null where nothing is, or where that cannot be said: to write will then fail and say why. */
async function found(file) {
  try {
    return await fs.stat(file);
  } catch {
    return null;
  }
}

/** Whether there is a link that leads to nothing yet. */
async function isLink(file) {
  const link = await fs.lstat(file).catch(() => null);
  return link?.isSymbolicLink() === true;
}

/** Writes a new file beside another one, which it then takes the place of, with the same permissions. */
async function replace(file, bytes, mode) {
  // Loaded late: it takes a while, and few sessions are saved.
  const { randomBytes } = require('node:crypto');
  const fresh = path.join(path.dirname(file), `.procmon-${randomBytes(8).toString('hex')}.tmp`);
  const handle = await fs.open(fresh, 'wx', mode ?? 0o666);
  try {
    try {
      if (mode !== null) await handle.chmod(mode);
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
    await fs.rename(fresh, file);
  } catch (error) {
    // What went wrong first is what is told.
    await fs.rm(fresh, { force: true }).catch(() => {});
    throw error;
  }
}

module.exports = { save };
