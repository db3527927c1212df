'use strict';

const { boxBlur, disc, histogram, mean, otsu, percentile, Raster, rgba } = require('../src/index.js');
const { noise } = require('./support/pictures.js');

const grey = (value) => rgba(value, value, value);

test('counts every pixel once', () => {
  const counts = histogram(noise(800, 600));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(480_000);
});

test('knows the mean of a half black and half white picture', () => {
  const raster = new Raster(100, 100).fill(grey(0));
  raster.pixels.fill(grey(255), 5_000);
  expect(mean(histogram(raster))).toBe(127.5);
});

test('has no mean and no percentile of nothing', () => {
  const counts = new Uint32Array(256);
  expect([mean(counts), percentile(counts, 0.5), otsu(counts)]).toEqual([null, null, null]);
});

test('finds percentiles', () => {
  const raster = new Raster(256, 4);
  raster.pixels.forEach((_, index) => {
    raster.pixels[index] = grey(index % 256);
  });
  const counts = histogram(raster);
  expect([0, 0.5, 0.99, 1].map((share) => percentile(counts, share))).toEqual([0, 127, 253, 255]);
});

test('splits a blurred disc from its ground', () => {
  const raster = new Raster(400, 400).fill(grey(40));
  disc(raster, 200, 200, 120, grey(200));
  const threshold = otsu(histogram(boxBlur(raster, 3)));
  expect(threshold).toBeGreaterThan(80);
  expect(threshold).toBeLessThan(160);
});
