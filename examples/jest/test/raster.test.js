'use strict';

const { Raster, rgba } = require('../src/index.js');
const { noise } = require('./support/pictures.js');

const RED = rgba(255, 0, 0);

test.each([
  [0, 5],
  [5, -1],
  [1.5, 2],
])('has no raster of %p x %p', (width, height) => {
  expect(() => new Raster(width, height)).toThrow(RangeError);
});

test('shows the same memory as bytes and as pixels', () => {
  const raster = new Raster(2, 1);
  raster.plot(1, 0, rgba(1, 2, 3, 4));
  expect([...raster.bytes]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
  expect(raster.at(1, 0)).toBe(0x04030201);
});

test('clips what lies outside', () => {
  const raster = new Raster(2, 2);
  for (const [x, y] of [
    [-1, 0],
    [0, -1],
    [2, 0],
    [0, 2],
  ]) {
    raster.plot(x, y, RED);
    expect(raster.at(x, y)).toBe(0);
  }
  expect(raster.equals(new Raster(2, 2))).toBe(true);
});

test('puts a cut back where it was', () => {
  const original = noise(300, 200);
  for (let left = 0; left < 250; left += 7) {
    const cut = original.crop(left, left % 150, 50, 50);
    const copy = new Raster(300, 200).paste(original, 0, 0).paste(cut, left, left % 150);
    expect(copy.equals(original)).toBe(true);
  }
});

test('refuses a cut that sticks out', () => {
  expect(() => noise(10, 10).crop(5, 5, 6, 2)).toThrow('outside of the raster');
});

test.each([
  [-3, -3, 1],
  [0, 0, 16],
  [6, 6, 4],
  [8, 8, 0],
  [-9, 0, 0],
])('pastes a 4 x 4 square at %p, %p as %p pixels', (left, top, painted) => {
  const raster = new Raster(8, 8).paste(new Raster(4, 4).fill(RED), left, top);
  expect(raster.pixels.filter((pixel) => pixel === RED)).toHaveLength(painted);
});
