'use strict';

const { Raster, rgba } = require('../../src/index.js');

/** A stream of 32-bit numbers that is the same on each machine (Marsaglia's xorshift32). */
function randomNumbers(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/** Pixels without any pattern: the worst case of every coder. */
function noise(width, height, seed = 1) {
  const raster = new Raster(width, height);
  const next = randomNumbers(seed);
  raster.pixels.forEach((_, index) => {
    raster.pixels[index] = next();
  });
  return raster;
}

/** Red grows to the right and green downwards. */
function gradient(width, height) {
  const raster = new Raster(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      raster.plot(x, y, rgba(Math.floor((x * 256) / width), Math.floor((y * 256) / height), 64));
    }
  }
  return raster;
}

/** Draws a raster as text: the letter of each colour, a dot for transparent black. */
function picture(raster, letters) {
  const rows = [];
  for (let y = 0; y < raster.height; y++) {
    const row = Array.from(raster.pixels.subarray(y * raster.width, (y + 1) * raster.width));
    rows.push(row.map((color) => letters[color] ?? '.').join(''));
  }
  return rows;
}

module.exports = { gradient, noise, picture, randomNumbers };
