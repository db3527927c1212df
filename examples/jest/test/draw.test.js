'use strict';

const { disc, floodFill, line, Raster, rectangle, rgba } = require('../src/index.js');
const { picture, randomNumbers } = require('./support/pictures.js');

const INK = rgba(0, 0, 0);
const PAINT = rgba(200, 0, 0);
const LETTERS = { [INK]: '#', [PAINT]: 'o' };

function drawn(width, height, draw) {
  const raster = new Raster(width, height);
  draw(raster);
  return picture(raster, LETTERS);
}

test('draws a shallow line', () => {
  expect(drawn(7, 3, (raster) => line(raster, 0, 0, 6, 2, INK))).toEqual(['##.....', '..###..', '.....##']);
});

test('draws the same length in all eight directions', () => {
  for (const [x, y] of [
    [20, 0],
    [20, 9],
    [9, 20],
    [0, 20],
  ]) {
    for (const [signX, signY] of [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ]) {
      const raster = new Raster(64, 64);
      line(raster, 32, 32, 32 + signX * x, 32 + signY * y, INK);
      expect(raster.pixels.filter((pixel) => pixel === INK)).toHaveLength(21);
    }
  }
});

test('clips a rectangle at the border', () => {
  expect(drawn(4, 3, (raster) => rectangle(raster, -1, 1, 3, 9, INK))).toEqual(['....', '##..', '##..']);
});

test('draws a disc', () => {
  expect(drawn(5, 5, (raster) => disc(raster, 2, 2, 2, INK))).toEqual(['..#..', '.###.', '#####', '.###.', '..#..']);
});

test('fills up to the border and not through corners', () => {
  const raster = new Raster(5, 5);
  line(raster, 0, 3, 3, 0, INK);
  expect(floodFill(raster, 0, 0, PAINT)).toBe(6);
  expect(picture(raster, LETTERS)).toEqual(['ooo#.', 'oo#..', 'o#...', '#....', '.....']);
});

test('fills nothing outside and nothing that has the colour already', () => {
  const raster = new Raster(3, 3);
  expect(floodFill(raster, 9, 9, INK)).toBe(0);
  expect(floodFill(raster, 1, 1, 0)).toBe(0);
});

test('reaches every open cell of a large labyrinth of posts', () => {
  const raster = new Raster(701, 701);
  const next = randomNumbers(3);
  let posts = 0;
  for (let y = 1; y < 701; y += 2) {
    for (let x = 1; x < 701; x += 2) {
      const side = next() % 2;
      raster.plot(x, y, INK);
      raster.plot(x + side, y + 1 - side, INK);
      posts += 2;
    }
  }
  const walls = raster.pixels.filter((pixel) => pixel === INK).length;
  expect(walls).toBe(posts);
  expect(floodFill(raster, 0, 0, PAINT)).toBe(701 * 701 - walls);
});
