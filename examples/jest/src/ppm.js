'use strict';

const { Raster } = require('./raster.js');

/** The binary portable pixmap, P6: a short text header and three bytes a pixel. Alpha is dropped. */
function encodePpm(raster) {
  const header = Buffer.from(`P6\n${raster.width} ${raster.height}\n255\n`, 'latin1');
  const body = Buffer.alloc(raster.width * raster.height * 3);
  for (let from = 0, to = 0; to < body.length; from += 4, to += 3) {
    raster.bytes.copy(body, to, from, from + 3);
  }
  return Buffer.concat([header, body]);
}

/** Reads the header's words, which comments may interrupt; answers them and where the pixels start. */
function readHeader(buffer) {
  const words = [];
  let offset = 0;
  while (words.length < 4) {
    const rest = buffer.toString('latin1', offset, offset + 512);
    const [whole, word] = /^(?:\s|#[^\n]*\n)*([^\s#]+)/.exec(rest) ?? [];
    if (word === undefined) {
      throw new SyntaxError('the header of the pixmap is cut off');
    }
    words.push(word);
    offset += whole.length;
  }
  return { words, start: offset + 1 };
}

function decodePpm(buffer) {
  const { words, start } = readHeader(buffer);
  const [magic, width, height, maximum] = words;
  if (magic !== 'P6' || maximum !== '255') {
    throw new SyntaxError(`not a pixmap of 8-bit colours: ${magic} ${maximum}`);
  }
  const raster = new Raster(Number(width), Number(height));
  if (buffer.length - start < raster.width * raster.height * 3) {
    throw new SyntaxError('the pixels of the pixmap are cut off');
  }
  for (let from = start, to = 0; to < raster.bytes.length; from += 3, to += 4) {
    buffer.copy(raster.bytes, to, from, from + 3);
    raster.bytes[to + 3] = 255;
  }
  return raster;
}

module.exports = { decodePpm, encodePpm };
