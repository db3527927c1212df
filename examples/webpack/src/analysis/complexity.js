import { children } from './walk.js';

const BRANCHES = new Set([
  'IfStatement',
  'ConditionalExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'CatchClause',
]);

function adds(node) {
  if (node.type === 'SwitchCase') {
    return node.test ? 1 : 0;
  }
  return BRANCHES.has(node.type) || node.type === 'LogicalExpression' ? 1 : 0;
}

/** McCabe's number: one more than the places where the way through a function parts. */
export function complexity(node) {
  const below = (parent) =>
    children(parent)
      .filter(({ type }) => !type.includes('Function'))
      .reduce((sum, child) => sum + adds(child) + below(child), 0);
  return 1 + below(node);
}
