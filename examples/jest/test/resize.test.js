'use strict';

const { bilinear, halve, nearest, Raster, rgba } = require('../src/index.js');
const { gradient, noise } = require('./support/pictures.js');

test('takes the mean of four pixels, each channel for itself', () => {
  const raster = new Raster(2, 2);
  raster.pixels.set([rgba(0, 10, 255, 255), rgba(4, 10, 255, 255), rgba(8, 20, 255, 0), rgba(12, 20, 255, 0)]);
  expect(halve(raster).pixels[0]).toBe(rgba(6, 15, 255, 127));
});

test('counts an odd last row and column twice', () => {
  const half = halve(noise(5, 3));
  expect([half.width, half.height]).toEqual([3, 2]);
  const single = new Raster(1, 1).fill(rgba(9, 8, 7));
  expect(halve(single).equals(single)).toBe(true);
});

test('keeps an even colour through all sizes', () => {
  let raster = new Raster(1000, 700).fill(rgba(12, 200, 99));
  while (raster.width > 1 || raster.height > 1) {
    raster = halve(raster);
  }
  expect(raster.pixels[0]).toBe(rgba(12, 200, 99));
});

test('repeats pixels when it grows to the nearest', () => {
  const raster = noise(50, 40);
  const grown = nearest(raster, 200, 160);
  expect(grown.at(7, 11)).toBe(raster.at(1, 2));
  expect(nearest(grown, 50, 40).equals(raster)).toBe(true);
});

test('changes nothing when the size stays', () => {
  const raster = noise(128, 128, 5);
  expect(bilinear(raster, 128, 128).equals(raster)).toBe(true);
});

test('stays close to a gradient at another size', () => {
  const scaled = bilinear(gradient(512, 512), 384, 384);
  const wanted = gradient(384, 384);
  const furthest = scaled.bytes.reduce((most, byte, index) => Math.max(most, Math.abs(byte - wanted.bytes[index])), 0);
  expect(furthest).toBeLessThanOrEqual(2);
});
