// Rows of results, and how they are printed: as text for a terminal and as Markdown for docs/BENCHMARKS.md.

const HEADINGS = ['what', 'as', 'measured', 'bound', 'holds'];

/**
 * @typedef {object} Row
 * @property {string} what what was measured
 * @property {string} as the user it was measured as
 * @property {string} measured the figure for people, with its unit
 * @property {number | null} value the figure that the bound is for; null where there is none
 * @property {string} bound the bound for people; empty where there is none
 * @property {boolean | null} holds whether the figure keeps to the bound; null where there is nothing to keep to
 *
 * @typedef {object} Result
 * @property {string} title
 * @property {string[]} notes how it was measured, a sentence each
 * @property {Row[]} rows
 * @property {{ headings: string[], cells: string[][] }} [comparison] a table of another form, instead of rows
 */

/**
 * A row without a bound.
 * @param {string} what
 * @param {string} as
 * @param {string} measured
 * @param {number | null} [value]
 * @returns {Row}
 */
export function figure(what, as, measured, value = null) {
  return { what, as, measured, value, bound: '', holds: null };
}

/**
 * A row with a bound: at most, at least, or both.
 * @param {string} what
 * @param {string} as
 * @param {string} measured
 * @param {number} value
 * @param {{ atMost?: number, atLeast?: number, text?: string }} bound `text` is how the bound is said; made of the numbers otherwise
 * @returns {Row}
 */
export function bounded(what, as, measured, value, { atMost, atLeast, text }) {
  const limits = [
    ...(atLeast === undefined ? [] : [`>= ${atLeast}`]),
    ...(atMost === undefined ? [] : [`<= ${atMost}`]),
  ].join(', ');
  const holds = value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
  return { what, as, measured, value, bound: text ?? limits, holds };
}

/** A row with a bound where there is one, and without where there is none. */
export function row(what, as, measured, value, bound) {
  const bare = bound?.atMost === undefined && bound?.atLeast === undefined;
  return bare ? figure(what, as, measured, value) : bounded(what, as, measured, value, bound);
}

/**
 * How many bounds there are and how many of them do not hold, in words; empty where there are none.
 * @param {Row[]} rows
 */
export function verdict(rows) {
  const held = rows.filter(({ holds }) => holds !== null);
  if (held.length === 0) return '';
  const broken = held.filter(({ holds }) => !holds).length;
  return `${held.length} bounds, ${broken === 0 ? 'all hold' : `${broken} not kept`}`;
}

/**
 * A suite's results for a terminal, the columns aligned.
 * @param {Result} result
 */
export function asText(result) {
  const table = tableOf(result);
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(widths[column]));
    return cells.join('  ').trimEnd();
  });
  return [result.title, ...result.notes.map((note) => `  ${note}`), ...lines, verdict(result.rows), ''].join('\n');
}

/**
 * A suite's results as Markdown.
 * @param {Result} result
 */
export function asMarkdown(result) {
  const [headings, ...cells] = tableOf(result);
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = headings ? [line(headings), line(headings.map(() => '---')), ...cells.map(line), ''] : [];
  const closing = verdict(result.rows);
  const ending = closing ? [`${closing}.`, ''] : [];
  return [`### ${result.title}`, '', ...result.notes.map((note) => `- ${note}`), '', ...table, ...ending].join('\n');
}

function tableOf({ rows, comparison }) {
  if (comparison) return [comparison.headings, ...comparison.cells];
  return rows.length > 0 ? [HEADINGS, ...rows.map(toCells)] : [];
}

function toCells({ what, as, measured, bound, holds }) {
  return [what, as, measured, bound, holds === null ? '' : holds ? 'yes' : 'NO'];
}
