'use strict';

// Questions about recordings, as the native half takes them: what is asked, and which recordings it is about.

const { AsyncResource } = require('node:async_hooks');
const { answerTo, fromNative, invalidArgType } = require('./errors.cjs');
const { KeepAlive } = require('./keep-alive.cjs');
const native = require('./native.cjs');
const { checkMayRead } = require('./permission.cjs');
const { Recording } = require('./recording.cjs');
const check = require('./validate.cjs');

/**
 * One question in the words of the native half.
 * @typedef {{ request: string, texts: Buffer[] }} Question
 */

/**
 * @param {object} question what is asked
 * @param {unknown[]} recordings those that it is about
 * @param {unknown[]} [others] those that they are compared with
 * @returns {Question}
 */
function questionAbout(question, recordings, others = []) {
  const texts = [];
  const words = (input, name) => inputWords(input, name, texts);
  const request = {
    question,
    recordings: recordings.map((input) => words(input, 'recording')),
    others: others.map((input) => words(input, 'head')),
  };
  return { request: JSON.stringify(request), texts };
}

/**
 * A question about timed calls.
 * @param {object} question what is asked
 * @param {unknown[]} inputs files and folders, recordings that were loaded, and entries
 * @returns {Question}
 */
function questionAboutCalls(question, inputs) {
  const texts = [];
  const places = inputs.filter((input) => !isEntry(input));
  const recordings = places.map((input) => placeWords(input, 'input', texts));
  const entries = inputs.filter(isEntry);
  if (entries.length > 0)
    recordings.push({ entries: texts.push(bytes(entries.map((entry) => check.json(entry, 'input')))) - 1 });
  return { request: JSON.stringify({ question, recordings }), texts };
}

/** Whether it is meant as one call: an object that is no URL, recording or array. */
function isEntry(input) {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  return !(input instanceof Recording) && !check.isUrl(input);
}

/** A path, a recording that was loaded, or samples. Those in memory go along as texts. */
function inputWords(input, name, texts) {
  if (Array.isArray(input)) return { samples: texts.push(sampleLines(input, name)) - 1 };
  return placeWords(input, name, texts);
}

/** A path, or a recording that was loaded. */
function placeWords(input, name, texts) {
  if (input instanceof Recording) return { recording: texts.push(input.bytes) - 1 };
  if (typeof input !== 'string' && !check.isUrl(input)) {
    throw invalidArgType(name, 'of type string or an instance of URL, Recording or Array', input);
  }
  const file = check.absolutePath(input, name);
  checkMayRead(file);
  return { path: file };
}

function sampleLines(samples, name) {
  const form = (sample) => ({ type: 'sample', ...sample });
  return bytes(check.list(samples, name, (sample, place) => check.json(check.object(sample, place), place, form)));
}

function bytes(lines) {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/**
 * The bytes of the answer, worked out while the event loop runs on.
 * @param {Question} question
 * @returns {Promise<Buffer>}
 */
function asked({ request, texts }) {
  return new Promise((resolve, reject) => {
    const keepAlive = new KeepAlive(resolve);
    let answer;
    const done = AsyncResource.bind(() => {
      keepAlive.release();
      try {
        resolve(answer.take());
      } catch (error) {
        reject(fromNative(error));
      }
    }, 'PROCMON');
    try {
      answer = native.ask(request, texts, done);
    } catch (error) {
      reject(fromNative(error));
      return;
    }
    keepAlive.hold();
  });
}

/** The same at once. */
function askedNow({ request, texts }) {
  return answerTo(() => native.askNow(request, texts));
}

module.exports = { asked, askedNow, questionAbout, questionAboutCalls };
