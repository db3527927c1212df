'use strict';

const { decodePpm, encodePpm, Raster, rgba } = require('../src/index.js');
const { gradient } = require('./support/pictures.js');

test('writes the header and three bytes a pixel', () => {
  const raster = new Raster(2, 1);
  raster.pixels.set([rgba(1, 2, 3), rgba(4, 5, 6)]);
  expect(encodePpm(raster).toString('latin1')).toBe('P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06');
});

test('reads back what it wrote', () => {
  const raster = gradient(600, 400);
  expect(decodePpm(encodePpm(raster)).equals(raster)).toBe(true);
});

test('passes over comments', () => {
  const raster = decodePpm(Buffer.from('P6 # a pixmap\n1\n# one pixel\n1 255\nabc', 'latin1'));
  expect(raster.at(0, 0)).toBe(rgba(97, 98, 99));
});

test.each([
  ['P5\n1 1\n255\nabc', 'not a pixmap of 8-bit colours'],
  ['P6\n1 1\n65535\nabc', 'not a pixmap of 8-bit colours'],
  ['P6\n1', 'the header of the pixmap is cut off'],
  ['P6\n1 2\n255\nabc', 'the pixels of the pixmap are cut off'],
])('refuses %j', (text, message) => {
  expect(() => decodePpm(Buffer.from(text, 'latin1'))).toThrow(message);
});
