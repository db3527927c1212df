'use strict';

const { Raster } = require('./raster.js');

/** One pass of a running mean, rounded, along lines of pixels; borders repeat their last pixel. */
function blurLines(source, target, lines, length, lineStep, pixelStep, radius) {
  const window = 2 * radius + 1;
  const { max, min } = Math;
  const clamp = (index) => min(length - 1, max(0, index));
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 4; channel++) {
      const at = (index) => (line * lineStep + clamp(index) * pixelStep) * 4 + channel;
      let sum = 0;
      for (let index = -radius; index <= radius; index++) {
        sum += source[at(index)];
      }
      for (let index = 0; index < length; index++) {
        target[at(index)] = (sum + radius) / window;
        sum += source[at(index + radius + 1)] - source[at(index - radius)];
      }
    }
  }
}

/** A box blur: two running means, so that the cost does not grow with the radius. */
function boxBlur(raster, radius) {
  const between = new Raster(raster.width, raster.height);
  const result = new Raster(raster.width, raster.height);
  blurLines(raster.bytes, between.bytes, raster.height, raster.width, raster.width, 1, radius);
  blurLines(between.bytes, result.bytes, raster.width, raster.height, 1, raster.width, radius);
  return result;
}

/** A 3 x 3 convolution of red, green and blue; alpha is kept. */
function convolve(raster, kernel) {
  const weight = kernel.reduce((sum, value) => sum + value, 0) || 1;
  const result = new Raster(raster.width, raster.height);
  const { width, height, bytes } = raster;
  const { min, max, floor, round } = Math;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const target = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let index = 0; index < 9; index++) {
          const column = min(width - 1, max(0, x + (index % 3) - 1));
          const row = min(height - 1, max(0, y + floor(index / 3) - 1));
          sum += kernel[index] * bytes[(row * width + column) * 4 + channel];
        }
        result.bytes[target + channel] = min(255, max(0, round(sum / weight)));
      }
      result.bytes[target + 3] = bytes[target + 3];
    }
  }
  return result;
}

const IDENTITY = [0, 0, 0, 0, 1, 0, 0, 0, 0];
const SHARPEN = [0, -1, 0, -1, 5, -1, 0, -1, 0];
const EDGES = [-1, -1, -1, -1, 8, -1, -1, -1, -1];

module.exports = { boxBlur, convolve, EDGES, IDENTITY, SHARPEN };
