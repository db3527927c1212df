function isNode(value) {
  return typeof value?.type === 'string' && typeof value.start === 'number';
}

/** The nodes directly below a node, in the order of the source. */
export function children(node) {
  return Object.values(node).flat().filter(isNode);
}

/** Visits a tree from the top; `enter` may answer `false` to leave out what is below. */
export function walk(node, enter, ancestors = []) {
  if (enter(node, ancestors) === false) {
    return;
  }
  const path = [...ancestors, node];
  for (const child of children(node)) {
    walk(child, enter, path);
  }
}

/** How many nodes of each type a tree has. */
export function countTypes(tree) {
  const counts = new Map();
  walk(tree, ({ type }) => {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  });
  return counts;
}
