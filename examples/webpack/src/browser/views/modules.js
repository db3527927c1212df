import { Graph } from '../../analysis/graph.js';
import { dot } from '../../format/dot.js';
import { element, tableOf } from '../element.js';

export function show({ imports, exports }) {
  const graph = new Graph().add(
    'this file',
    imports.map(({ source }) => source),
  );
  const rows = imports.map(({ kind, source, names, line }) => [kind, source, names.join(', '), line]);
  return element(
    'section',
    {},
    element('p', {}, `exports: ${exports.join(', ') || 'nothing'}`),
    tableOf(['kind', 'module', 'names', 'line'], rows),
    element('pre', {}, dot(graph)),
  );
}
