/** A graph in the language of Graphviz; members of a ring are drawn in red. */
export function dot(graph) {
  const ringed = new Set(graph.rings().flat());
  const nodes = graph.names.map((name) => `  ${JSON.stringify(name)}${ringed.has(name) ? ' [color=red]' : ''};`);
  const edges = graph.names.flatMap((name) =>
    graph.needs(name).map((other) => `  ${JSON.stringify(name)} -> ${JSON.stringify(other)};`),
  );
  return ['digraph modules {', ...nodes, ...edges, '}'].join('\n');
}
