'use strict';

const { boxBlur, convolve, EDGES, IDENTITY, Raster, rgba, SHARPEN } = require('../src/index.js');
const { noise } = require('./support/pictures.js');

const GREY = rgba(90, 90, 90);

test.each([0, 1, 5, 20])('keeps an even colour under a blur of radius %i', (radius) => {
  const raster = new Raster(120, 80).fill(GREY);
  expect(boxBlur(raster, radius).equals(raster)).toBe(true);
});

test('spreads a point evenly over the box', () => {
  const raster = new Raster(9, 9).fill(rgba(0, 0, 0));
  raster.plot(4, 4, rgba(225, 0, 0));
  const blurred = boxBlur(raster, 1);
  const lit = blurred.pixels.filter((pixel) => pixel === rgba(25, 0, 0));
  expect(lit).toHaveLength(9);
  expect(blurred.at(2, 4)).toBe(rgba(0, 0, 0));
});

test('takes the contrast out of noise', () => {
  const spread = (raster) => Math.max(...raster.bytes.subarray(0, 4000)) - Math.min(...raster.bytes.subarray(0, 4000));
  const raster = noise(640, 480);
  expect(spread(raster)).toBe(255);
  expect(spread(boxBlur(raster, 8))).toBeLessThan(80);
});

test('leaves a picture alone with the kernel of nothing', () => {
  const raster = noise(200, 150, 11);
  expect(convolve(raster, IDENTITY).equals(raster)).toBe(true);
});

test('finds the edge and no more', () => {
  const raster = new Raster(40, 10).fill(rgba(0, 0, 0));
  for (let y = 0; y < 10; y++) {
    raster.pixels.fill(rgba(100, 100, 100), y * 40 + 20, (y + 1) * 40);
  }
  const edges = convolve(raster, EDGES);
  const row = Array.from({ length: 40 }, (_, x) => edges.at(x, 5) & 255);
  expect(row.map((value, x) => (value > 0 ? x : -1)).filter((x) => x >= 0)).toEqual([20]);
});

test('sharpens without a change of even regions', () => {
  const raster = new Raster(64, 64).fill(GREY);
  expect(convolve(raster, SHARPEN).equals(raster)).toBe(true);
});
