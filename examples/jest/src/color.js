'use strict';

/**
 * A colour is one 32-bit number, in the byte order in which a raster stores it:
 * red in the lowest byte, then green, blue and alpha.
 */
function rgba(red, green, blue, alpha = 255) {
  return (red | (green << 8) | (blue << 16) | (alpha << 24)) >>> 0;
}

function channels(color) {
  return [color & 255, (color >>> 8) & 255, (color >>> 16) & 255, color >>> 24];
}

/** Reads `#rgb`, `#rrggbb` and `#rrggbbaa`. */
function parseColor(text) {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text)?.[1];
  if (!digits) {
    throw new SyntaxError(`not a colour: ${text}`);
  }
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return rgba(...pairs.map((pair) => Number.parseInt(pair, 16)));
}

function formatColor(color) {
  const [red, green, blue, alpha] = channels(color).map((value) => value.toString(16).padStart(2, '0'));
  return `#${red}${green}${blue}${alpha === 'ff' ? '' : alpha}`;
}

/** How bright a colour looks, 0 to 255, by the Rec. 709 weights in fixed point. */
function luminance(color) {
  return (54 * (color & 255) + 183 * ((color >>> 8) & 255) + 19 * ((color >>> 16) & 255)) >>> 8;
}

/** `over` painted on `under`: the usual "source over" rule on straight alpha. */
function blend(under, over) {
  const [overRed, overGreen, overBlue, overAlpha] = channels(over);
  const [red, green, blue, alpha] = channels(under);
  const rest = (alpha * (255 - overAlpha)) / 255;
  const total = overAlpha + rest;
  if (total === 0) {
    return 0;
  }
  const mix = (front, back) => Math.round((front * overAlpha + back * rest) / total);
  return rgba(mix(overRed, red), mix(overGreen, green), mix(overBlue, blue), Math.round(total));
}

module.exports = { blend, channels, formatColor, luminance, parseColor, rgba };
