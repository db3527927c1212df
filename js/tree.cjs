'use strict';

/**
 * The processes of a snapshot as a tree.
 * @param {{ processes: object[] }} snapshot the root first, parents before their children
 * @returns {object} the root, with its children inside it
 */
function treeOf({ processes }) {
  const nodes = new Map(processes.map((process) => [keyOf(process), { ...process, children: [] }]));
  const [root, ...others] = nodes.values();
  for (const node of others) {
    // One whose parent has gone meanwhile belongs to the root: that is what it descends from.
    const parent = node.parent && nodes.get(keyOf(node.parent));
    (parent ?? root).children.push(node);
  }
  addSubtree(root);
  return root;
}

/** Adds up what each has together with its descendants; a sum of which one part is not known is not known. */
function addSubtree(node) {
  const below = node.children.map((child) => addSubtree(child).subtree);
  const sum = (name, own) => below.reduce((total, { [name]: part }) => added(total, part), own);
  node.subtree = {
    processCount: sum('processCount', 1),
    cpuNs: sum('cpuNs', node.cpuNs),
    rssSumBytes: sum('rssSumBytes', node.rssBytes),
  };
  return node;
}

function added(total, part) {
  return total === null || part === null ? null : total + part;
}

/** A number alone never names a process. */
function keyOf({ pid, startTime }) {
  return `${pid} ${startTime}`;
}

module.exports = { keyOf, treeOf };
