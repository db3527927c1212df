// The little arithmetic that the tables need. No clock, no file: given numbers, a number.

/** The value below which that share of the values lies, interpolated between the two nearest. */
export function quantile(values, share) {
  if (values.length === 0) throw new Error('no values');
  const sorted = [...values].sort((one, two) => one - two);
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (rank - below);
}

/** The middle value. */
export function median(values) {
  return quantile(values, 0.5);
}

/** The median with the limits of the middle half. */
export function spread(values) {
  return { low: quantile(values, 0.25), middle: median(values), high: quantile(values, 0.75) };
}

/** The sum. */
export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Each run held against the mean of the plain ones right before and right after it, so that a machine that becomes slower
 * does so for both sides of the ratio.
 * @param {number} value the run
 * @param {number} before the plain run before it
 * @param {number} after the plain run after it
 */
export function ratioToNeighbours(value, before, after) {
  return value / ((before + after) / 2);
}

/**
 * The value of a curve at a moment, in a straight line between its points; null outside of them.
 * @param {[number, number][]} points in the order of their moments
 * @param {number} moment
 */
export function interpolate(points, moment) {
  const after = points.findIndex(([at]) => at >= moment);
  if (after === -1 || (after === 0 && points[0][0] !== moment)) return null;
  const [at, value] = points[after];
  if (at === moment) return value;
  const [atBefore, valueBefore] = points[after - 1];
  return valueBefore + ((value - valueBefore) * (moment - atBefore)) / (at - atBefore);
}
