'use strict';

const { decodeQoi, encodeQoi, Raster, rgba } = require('../src/index.js');
const { gradient, noise } = require('./support/pictures.js');

/** The coded pixels alone, without the header and the end mark. */
function coded(...colors) {
  const raster = new Raster(colors.length, 1);
  raster.pixels.set(colors);
  return [...encodeQoi(raster).subarray(14, -8)];
}

test('starts with its name and the two sides', () => {
  const header = encodeQoi(new Raster(258, 3)).subarray(0, 14);
  expect([...header]).toEqual([...Buffer.from('qoif'), 0, 0, 1, 2, 0, 0, 0, 3, 4, 0]);
});

test.each([
  ['a run', [rgba(0, 0, 0), rgba(0, 0, 0), rgba(0, 0, 0)], [0xc2]],
  ['a small difference with wrap-around', [rgba(255, 1, 0)], [0x40 | (1 << 4) | (3 << 2) | 2]],
  ['a difference led by green', [rgba(12, 10, 9)], [0x80 | 42, (10 << 4) | 7]],
  ['a colour in full', [rgba(128, 0, 0)], [0xfe, 128, 0, 0]],
  ['a colour with its alpha', [rgba(1, 2, 3, 4)], [0xff, 1, 2, 3, 4]],
  ['a colour seen before', [rgba(128, 0, 0), rgba(0, 99, 0), rgba(128, 0, 0)], [0xfe, 128, 0, 0, 0xfe, 0, 99, 0, 53]],
])('writes %s', (_, colors, bytes) => {
  expect(coded(...colors)).toEqual(bytes);
});

test.each([
  ['noise', noise(700, 500, 9)],
  ['a gradient', gradient(900, 700)],
  ['one colour', new Raster(1000, 1000).fill(rgba(3, 3, 3))],
])('reads back %s', (_, raster) => {
  expect(decodeQoi(encodeQoi(raster)).equals(raster)).toBe(true);
});

test('makes one colour more than a hundred times smaller', () => {
  const raster = new Raster(512, 512).fill(rgba(3, 3, 3));
  expect(encodeQoi(raster).length * 100).toBeLessThan(raster.bytes.length);
});

test('refuses what is no picture and what is cut off', () => {
  expect(() => decodeQoi(Buffer.from('GIF89a'))).toThrow('not a QOI file');
  const whole = encodeQoi(noise(20, 20));
  const cut = Buffer.concat([whole.subarray(0, 200), whole.subarray(-8)]);
  expect(() => decodeQoi(cut)).toThrow('the QOI file is cut off');
});
