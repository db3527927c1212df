'use strict';

const { luminance } = require('./color.js');

/** How many pixels have each of the 256 brightnesses. */
function histogram(raster) {
  const counts = new Uint32Array(256);
  for (const pixel of raster.pixels) {
    counts[luminance(pixel)] += 1;
  }
  return counts;
}

function mean(counts) {
  let pixels = 0;
  let sum = 0;
  counts.forEach((count, value) => {
    pixels += count;
    sum += count * value;
  });
  return pixels === 0 ? null : sum / pixels;
}

/** The smallest brightness that at least `share` of all pixels do not exceed. */
function percentile(counts, share) {
  const wanted = share * counts.reduce((total, count) => total + count, 0);
  let seen = 0;
  for (let value = 0; value < counts.length; value++) {
    seen += counts[value];
    if (seen >= wanted && seen > 0) {
      return value;
    }
  }
  return null;
}

/** Otsu's threshold: the split into dark and bright with the greatest variance between the two. */
function otsu(counts) {
  const pixels = counts.reduce((total, count) => total + count, 0);
  const total = counts.reduce((sum, count, value) => sum + count * value, 0);
  let best = { variance: -1, threshold: null };
  let dark = 0;
  let darkSum = 0;
  for (let threshold = 0; threshold < 255; threshold++) {
    dark += counts[threshold];
    darkSum += counts[threshold] * threshold;
    const bright = pixels - dark;
    if (dark === 0 || bright === 0) {
      continue;
    }
    const variance = dark * bright * (darkSum / dark - (total - darkSum) / bright) ** 2;
    if (variance > best.variance) {
      best = { variance, threshold };
    }
  }
  return best.threshold;
}

module.exports = { histogram, mean, otsu, percentile };
