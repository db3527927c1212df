'use strict';

const { blend, channels, formatColor, luminance, parseColor, rgba } = require('../src/index.js');
const { randomNumbers } = require('./support/pictures.js');

test('keeps the four channels in the order of the bytes', () => {
  expect(channels(rgba(1, 2, 3, 4))).toEqual([1, 2, 3, 4]);
  expect(rgba(1, 2, 3, 4)).toBe(0x04030201);
});

test.each([
  ['#fff', 0xffffffff],
  ['#f00', 0xff0000ff],
  ['#0080ff', 0xffff8000],
  ['#01020304', 0x04030201],
])('reads %s', (text, color) => {
  expect(parseColor(text)).toBe(color);
});

test.each(['', 'red', '#12', '#12345g', '#1234567'])('refuses %j', (text) => {
  expect(() => parseColor(text)).toThrow(SyntaxError);
});

test('writes what it can read again', () => {
  const next = randomNumbers(7);
  for (let round = 0; round < 2_000; round++) {
    const color = next();
    expect(parseColor(formatColor(color))).toBe(color);
  }
});

test('sees green brighter than red and red brighter than blue', () => {
  const [red, green, blue] = ['#f00', '#0f0', '#00f'].map((text) => luminance(parseColor(text)));
  expect([red, green, blue]).toEqual([53, 182, 18]);
  expect(luminance(parseColor('#fff'))).toBe(255);
});

test('blends by alpha', () => {
  const white = rgba(255, 255, 255);
  expect(blend(white, rgba(0, 0, 0, 0))).toBe(white);
  expect(blend(white, rgba(9, 8, 7))).toBe(rgba(9, 8, 7));
  expect(blend(white, rgba(0, 0, 0, 51))).toBe(rgba(204, 204, 204));
  expect(blend(0, 0)).toBe(0);
});
