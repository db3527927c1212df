'use strict';

const { halve } = require('./resize.js');

/** A picture at every half size down to one tile, as map viewers want it. Level 0 is the original. */
class Pyramid {
  constructor(raster, tileSize = 256) {
    this.tileSize = tileSize;
    this.levels = [raster];
    let last = raster;
    while (Math.max(last.width, last.height) > tileSize) {
      last = halve(last);
      this.levels.push(last);
    }
  }

  /** The bytes of all levels together: about a third more than the original. */
  get byteLength() {
    return this.levels.reduce((sum, level) => sum + level.bytes.length, 0);
  }

  /** Columns and rows of tiles on a level. */
  grid(level) {
    const { width, height } = this.levels[level];
    return { columns: Math.ceil(width / this.tileSize), rows: Math.ceil(height / this.tileSize) };
  }

  /** One tile; those at the right and the lower edge are as small as what is left. */
  tile(level, column, row) {
    const raster = this.levels[level];
    const left = column * this.tileSize;
    const top = row * this.tileSize;
    const width = Math.min(this.tileSize, raster.width - left);
    const height = Math.min(this.tileSize, raster.height - top);
    return raster.crop(left, top, width, height);
  }
}

module.exports = { Pyramid };
