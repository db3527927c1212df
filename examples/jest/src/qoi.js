'use strict';

const { channels, rgba } = require('./color.js');
const { Raster } = require('./raster.js');

/*
 * The "Quite OK Image" format, https://qoiformat.org/qoi-specification.pdf: one pass over the pixels,
 * each written as a run, an index into the last colours seen, a small difference, or in full.
 */
const HEADER = 14;
const END = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);
const FIRST = rgba(0, 0, 0, 255);

function slot(color) {
  const [red, green, blue, alpha] = channels(color);
  return (red * 3 + green * 5 + blue * 7 + alpha * 11) % 64;
}

/** The difference of two bytes with wrap-around, -128 to 127. */
function wrapped(to, from) {
  return ((to - from) << 24) >> 24;
}

/** The shortest form of one pixel after the one before it, when neither run nor index fits. */
function difference(color, previous) {
  const [red, green, blue, alpha] = channels(color);
  const [oldRed, oldGreen, oldBlue, oldAlpha] = channels(previous);
  if (alpha !== oldAlpha) {
    return [0xff, red, green, blue, alpha];
  }
  const dr = wrapped(red, oldRed);
  const dg = wrapped(green, oldGreen);
  const db = wrapped(blue, oldBlue);
  if ([dr, dg, db].every((value) => value >= -2 && value <= 1)) {
    return [0x40 | ((dr + 2) << 4) | ((dg + 2) << 2) | (db + 2)];
  }
  const redBeyond = wrapped(dr, dg);
  const blueBeyond = wrapped(db, dg);
  if (dg >= -32 && dg < 32 && [redBeyond, blueBeyond].every((value) => value >= -8 && value < 8)) {
    return [0x80 | (dg + 32), ((redBeyond + 8) << 4) | (blueBeyond + 8)];
  }
  return [0xfe, red, green, blue];
}

function encodeQoi(raster) {
  const output = Buffer.alloc(HEADER + raster.pixels.length * 5 + END.length);
  output.write('qoif', 'latin1');
  output.writeUInt32BE(raster.width, 4);
  output.writeUInt32BE(raster.height, 8);
  output[12] = 4;
  let length = HEADER;
  const seen = new Uint32Array(64);
  let previous = FIRST;
  let run = 0;
  const endRun = () => {
    if (run > 0) {
      output[length++] = 0xc0 | (run - 1);
      run = 0;
    }
  };
  for (const color of raster.pixels) {
    if (color === previous) {
      run += 1;
      if (run === 62) {
        endRun();
      }
      continue;
    }
    endRun();
    const index = slot(color);
    const form = seen[index] === color ? [index] : difference(color, previous);
    seen[index] = color;
    for (const byte of form) {
      output[length++] = byte;
    }
    previous = color;
  }
  endRun();
  END.copy(output, length);
  return output.subarray(0, length + END.length);
}

/** Adds small differences to a colour, channel by channel, with wrap-around. */
function shifted(color, dr, dg, db) {
  const [red, green, blue, alpha] = channels(color);
  return rgba((red + dr) & 255, (green + dg) & 255, (blue + db) & 255, alpha);
}

/** One coded pixel at `offset`: the colour, the bytes it took, and how often it repeats. */
function readPixel(buffer, offset, previous, seen) {
  const byte = buffer[offset];
  const low = byte & 63;
  if (byte === 0xff) {
    return { color: buffer.readUInt32LE(offset + 1), size: 5, repeat: 1 };
  }
  if (byte === 0xfe) {
    const [, , , alpha] = channels(previous);
    const color = rgba(buffer[offset + 1], buffer[offset + 2], buffer[offset + 3], alpha);
    return { color, size: 4, repeat: 1 };
  }
  switch (byte >> 6) {
    case 0:
      return { color: seen[low], size: 1, repeat: 1 };
    case 1: {
      const color = shifted(previous, (low >> 4) - 2, ((low >> 2) & 3) - 2, (low & 3) - 2);
      return { color, size: 1, repeat: 1 };
    }
    case 2: {
      const dg = low - 32;
      const second = buffer[offset + 1];
      const color = shifted(previous, dg + (second >> 4) - 8, dg, dg + (second & 15) - 8);
      return { color, size: 2, repeat: 1 };
    }
    default:
      return { color: previous, size: 1, repeat: low + 1 };
  }
}

function decodeQoi(buffer) {
  if (buffer.length < HEADER + END.length || buffer.toString('latin1', 0, 4) !== 'qoif') {
    throw new SyntaxError('not a QOI file');
  }
  const raster = new Raster(buffer.readUInt32BE(4), buffer.readUInt32BE(8));
  const seen = new Uint32Array(64);
  let previous = FIRST;
  let offset = HEADER;
  let position = 0;
  while (position < raster.pixels.length) {
    if (offset >= buffer.length - END.length) {
      throw new SyntaxError('the QOI file is cut off');
    }
    const { color, size, repeat } = readPixel(buffer, offset, previous, seen);
    raster.pixels.fill(color, position, position + repeat);
    seen[slot(color)] = color;
    previous = color;
    offset += size;
    position += repeat;
  }
  return raster;
}

module.exports = { decodeQoi, encodeQoi };
