'use strict';

const { BLACK, floydSteinberg, histogram, mean, ordered, Raster, rgba, WHITE } = require('../src/index.js');
const { gradient } = require('./support/pictures.js');

const METHODS = { ordered, floydSteinberg };

describe.each(Object.keys(METHODS))('%s', (name) => {
  const dither = METHODS[name];

  test('knows black and white only', () => {
    const colors = new Set(dither(gradient(500, 300)).pixels);
    expect([...colors].sort()).toEqual([BLACK, WHITE].sort());
  });

  test.each([0, 32, 64, 128, 192, 255])('keeps the mean brightness %i', (value) => {
    const raster = new Raster(256, 256).fill(rgba(value, value, value));
    const difference = mean(histogram(dither(raster))) - value;
    expect(Math.abs(difference)).toBeLessThanOrEqual(8);
  });
});

test('spreads the error of one pixel to its neighbours', () => {
  const raster = new Raster(2, 1);
  raster.pixels.set([rgba(120, 120, 120), rgba(80, 80, 80)]);
  expect([...floydSteinberg(raster).pixels]).toEqual([BLACK, WHITE]);
});
