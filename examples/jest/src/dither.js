'use strict';

const { luminance, rgba } = require('./color.js');
const { Raster } = require('./raster.js');

const BLACK = rgba(0, 0, 0);
const WHITE = rgba(255, 255, 255);
/** The 4 x 4 Bayer matrix. */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/** Black and white by a fixed pattern of thresholds. */
function ordered(raster) {
  const result = new Raster(raster.width, raster.height);
  raster.pixels.forEach((pixel, index) => {
    const x = index % raster.width;
    const y = Math.floor(index / raster.width);
    const threshold = (BAYER[(y % 4) * 4 + (x % 4)] + 0.5) * 16;
    result.pixels[index] = luminance(pixel) > threshold ? WHITE : BLACK;
  });
  return result;
}

/** Black and white by Floyd and Steinberg: the error of a pixel goes to those not yet visited. */
function floydSteinberg(raster) {
  const { width, height } = raster;
  const result = new Raster(width, height);
  const levels = Float64Array.from(raster.pixels, luminance);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      const bright = levels[index] >= 128;
      const error = levels[index] - (bright ? 255 : 0);
      result.pixels[index] = bright ? WHITE : BLACK;
      if (x + 1 < width) {
        levels[index + 1] += (error * 7) / 16;
      }
      if (y + 1 < height) {
        levels[index + width] += (error * 5) / 16;
        if (x > 0) {
          levels[index + width - 1] += (error * 3) / 16;
        }
        if (x + 1 < width) {
          levels[index + width + 1] += error / 16;
        }
      }
    }
  }
  return result;
}

module.exports = { BLACK, floydSteinberg, ordered, WHITE };
