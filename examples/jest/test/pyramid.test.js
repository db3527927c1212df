'use strict';

const { channels, Pyramid, Raster, rgba } = require('../src/index.js');

/*
 * This file is the hungry one: a panorama of 14336 x 4096 pixels takes 235 MB and its smaller levels
 * another 78 MB, all of it outside of the JavaScript heap, where heap figures do not show it.
 */
const TILE = 1024;
const COLUMNS = 14;
const ROWS = 4;

/** The sky gets brighter with each row of tiles, the land redder with each column. */
const tileColor = (column, row) => rgba(16 * column, 10, 40 + 50 * row);

function panorama() {
  const raster = new Raster(COLUMNS * TILE, ROWS * TILE);
  for (let y = 0; y < raster.height; y++) {
    for (let column = 0; column < COLUMNS; column++) {
      const start = y * raster.width + column * TILE;
      raster.pixels.fill(tileColor(column, Math.floor(y / TILE)), start, start + TILE);
    }
  }
  return raster;
}

let pyramid;

beforeAll(() => {
  pyramid = new Pyramid(panorama(), TILE);
});

afterAll(() => {
  pyramid = undefined;
});

test('halves the panorama until it is one tile', () => {
  const sizes = pyramid.levels.map(({ width, height }) => `${width}x${height}`);
  expect(sizes).toEqual(['14336x4096', '7168x2048', '3584x1024', '1792x512', '896x256']);
});

test('holds a third more than the original', () => {
  expect(pyramid.byteLength).toBe(312_868_864);
  expect(pyramid.byteLength / pyramid.levels[0].bytes.length).toBeCloseTo(4 / 3, 2);
});

test('finds the colour of every tile of the original', () => {
  expect(pyramid.grid(0)).toEqual({ columns: COLUMNS, rows: ROWS });
  for (let column = 0; column < COLUMNS; column++) {
    for (let row = 0; row < ROWS; row++) {
      const wanted = tileColor(column, row);
      const pixels = pyramid.tile(0, column, row).pixels;
      expect(pixels.every((pixel) => pixel === wanted)).toBe(true);
    }
  }
});

test('keeps the mean colour on every level', () => {
  for (const level of pyramid.levels) {
    const sums = [0, 0, 0, 0];
    for (let y = 0; y < level.height; y += 16) {
      for (let x = 0; x < level.width; x += 16) {
        channels(level.at(x, y)).forEach((value, channel) => {
          sums[channel] += value;
        });
      }
    }
    const points = Math.ceil(level.width / 16) * Math.ceil(level.height / 16);
    expect(sums.map((sum) => sum / points)).toEqual([104, 10, 115, 255]);
  }
});

test('cuts the tiles at the edge smaller', () => {
  expect(pyramid.grid(3)).toEqual({ columns: 2, rows: 1 });
  const { width, height } = pyramid.tile(3, 1, 0);
  expect([width, height]).toEqual([768, 512]);
});
