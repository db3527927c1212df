'use strict';

/** A picture in memory: four bytes a pixel, row after row, seen as bytes and as 32-bit pixels. */
class Raster {
  constructor(width, height) {
    if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
      throw new RangeError(`a raster needs whole positive sides, not ${width} x ${height}`);
    }
    this.width = width;
    this.height = height;
    this.bytes = Buffer.alloc(width * height * 4);
    this.pixels = new Uint32Array(this.bytes.buffer, this.bytes.byteOffset, width * height);
  }

  contains(x, y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  /** The colour at a point; transparent black outside. */
  at(x, y) {
    return this.contains(x, y) ? this.pixels[y * this.width + x] : 0;
  }

  /** Paints one point; a point outside is clipped. */
  plot(x, y, color) {
    if (this.contains(x, y)) {
      this.pixels[y * this.width + x] = color;
    }
  }

  fill(color) {
    this.pixels.fill(color);
    return this;
  }

  crop(left, top, width, height) {
    if (!this.contains(left, top) || !this.contains(left + width - 1, top + height - 1)) {
      throw new RangeError('the cut lies outside of the raster');
    }
    const cut = new Raster(width, height);
    for (let y = 0; y < height; y++) {
      const start = (top + y) * this.width + left;
      cut.pixels.set(this.pixels.subarray(start, start + width), y * width);
    }
    return cut;
  }

  /** Copies another raster onto this one; what sticks out is clipped. */
  paste(other, left, top) {
    const from = Math.max(0, -left);
    const to = Math.min(other.width, this.width - left);
    for (let y = Math.max(0, -top); y < other.height && top + y < this.height && from < to; y++) {
      const row = other.pixels.subarray(y * other.width + from, y * other.width + to);
      this.pixels.set(row, (top + y) * this.width + left + from);
    }
    return this;
  }

  equals(other) {
    return this.width === other.width && this.bytes.equals(other.bytes);
  }
}

module.exports = { Raster };
