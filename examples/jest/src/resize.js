'use strict';

const { Raster } = require('./raster.js');

/** The mean of four pixels, channel by channel: two channels at a time fit into one number. */
function meanOfFour(a, b, c, d) {
  const low = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
  const high = ((a >>> 8) & 0xff00ff) + ((b >>> 8) & 0xff00ff) + ((c >>> 8) & 0xff00ff) + ((d >>> 8) & 0xff00ff);
  return (((low >>> 2) & 0xff00ff) | (((high >>> 2) & 0xff00ff) << 8)) >>> 0;
}

/** Half the size in both directions; an odd last row or column counts twice. */
function halve(raster) {
  const half = new Raster(Math.ceil(raster.width / 2), Math.ceil(raster.height / 2));
  const source = raster.pixels;
  let out = 0;
  for (let y = 0; y < raster.height; y += 2) {
    const upper = y * raster.width;
    const lower = y + 1 < raster.height ? upper + raster.width : upper;
    for (let x = 0; x < raster.width; x += 2) {
      const next = x + 1 < raster.width ? x + 1 : x;
      half.pixels[out++] = meanOfFour(source[upper + x], source[upper + next], source[lower + x], source[lower + next]);
    }
  }
  return half;
}

function nearest(raster, width, height) {
  const result = new Raster(width, height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * raster.height) / height) * raster.width;
    for (let x = 0; x < width; x++) {
      result.pixels[y * width + x] = raster.pixels[row + Math.floor((x * raster.width) / width)];
    }
  }
  return result;
}

/** Where a target coordinate falls in the source: the two neighbours and the weight of the second. */
function neighbours(index, size, sourceSize) {
  const position = Math.min(sourceSize - 1, Math.max(0, ((index + 0.5) * sourceSize) / size - 0.5));
  const first = Math.floor(position);
  return { first, second: Math.min(first + 1, sourceSize - 1), weight: position - first };
}

function bilinear(raster, width, height) {
  const result = new Raster(width, height);
  const columns = Array.from({ length: width }, (_, x) => neighbours(x, width, raster.width));
  const { bytes } = raster;
  const { round } = Math;
  for (let y = 0; y < height; y++) {
    const row = neighbours(y, height, raster.height);
    const upper = row.first * raster.width;
    const lower = row.second * raster.width;
    for (let x = 0; x < width; x++) {
      const { first, second, weight } = columns[x];
      for (let channel = 0; channel < 4; channel++) {
        const sample = (index) => bytes[index * 4 + channel];
        const above = sample(upper + first) * (1 - weight) + sample(upper + second) * weight;
        const below = sample(lower + first) * (1 - weight) + sample(lower + second) * weight;
        result.bytes[(y * width + x) * 4 + channel] = round(above * (1 - row.weight) + below * row.weight);
      }
    }
  }
  return result;
}

module.exports = { bilinear, halve, nearest };
