import { element, tableOf } from '../element.js';

/** The functions, the hardest to follow first. */
export function show({ functions }) {
  const sorted = [...functions].sort((a, b) => b.complexity - a.complexity || b.lines - a.lines);
  const rows = sorted.map(({ name, line, lines, parameters, complexity }) => [
    name,
    line,
    lines,
    parameters,
    complexity,
  ]);
  return element('section', {}, tableOf(['function', 'line', 'lines', 'parameters', 'complexity'], rows));
}
