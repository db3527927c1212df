'use strict';

/** Bresenham's line, both ends included. */
function line(raster, fromX, fromY, toX, toY, color) {
  const stepX = Math.sign(toX - fromX);
  const stepY = Math.sign(toY - fromY);
  const width = Math.abs(toX - fromX);
  const height = Math.abs(toY - fromY);
  let error = width - height;
  let x = fromX;
  let y = fromY;
  raster.plot(x, y, color);
  while (x !== toX || y !== toY) {
    const doubled = 2 * error;
    if (doubled > -height) {
      error -= height;
      x += stepX;
    }
    if (doubled < width) {
      error += width;
      y += stepY;
    }
    raster.plot(x, y, color);
  }
}

function rectangle(raster, left, top, width, height, color) {
  for (let y = Math.max(0, top); y < Math.min(raster.height, top + height); y++) {
    const start = y * raster.width;
    raster.pixels.fill(color, start + Math.max(0, left), start + Math.min(raster.width, left + width));
  }
}

/** A filled disc: every point whose centre lies within the radius. */
function disc(raster, centreX, centreY, radius, color) {
  for (let y = -radius; y <= radius; y++) {
    const half = Math.floor(Math.sqrt(radius * radius - y * y));
    rectangle(raster, centreX - half, centreY + y, 2 * half + 1, 1, color);
  }
}

/** Fills the region of one colour around a point; answers how many points changed. */
function floodFill(raster, x, y, color) {
  const wanted = raster.at(x, y);
  if (!raster.contains(x, y) || wanted === color) {
    return 0;
  }
  const waiting = [x, y];
  let changed = 0;
  while (waiting.length > 0) {
    const row = waiting.pop();
    const column = waiting.pop();
    if (!raster.contains(column, row) || raster.at(column, row) !== wanted) {
      continue;
    }
    raster.plot(column, row, color);
    changed += 1;
    waiting.push(column - 1, row, column + 1, row, column, row - 1, column, row + 1);
  }
  return changed;
}

module.exports = { disc, floodFill, line, rectangle };
