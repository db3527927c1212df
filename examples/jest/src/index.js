'use strict';

module.exports = {
  ...require('./color.js'),
  ...require('./dither.js'),
  ...require('./draw.js'),
  ...require('./filter.js'),
  ...require('./histogram.js'),
  ...require('./ppm.js'),
  ...require('./pyramid.js'),
  ...require('./qoi.js'),
  ...require('./raster.js'),
  ...require('./resize.js'),
};
