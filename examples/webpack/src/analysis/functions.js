import { complexity } from './complexity.js';
import { walk } from './walk.js';

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function keyName(key) {
  return key.name ?? (key.value === undefined ? '[computed]' : String(key.value));
}

/** A function's own name, or that of the place it is stored in. */
function nameOf(node, parent) {
  if (node.id) {
    return node.id.name;
  }
  switch (parent?.type) {
    case 'VariableDeclarator':
      return parent.id.name ?? '(destructured)';
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return keyName(parent.key);
    case 'AssignmentExpression':
      return parent.left.property ? keyName(parent.left.property) : (parent.left.name ?? '(assigned)');
    default:
      return '(anonymous)';
  }
}

/** Every function of a tree, with its size and how hard it is to follow. */
export function functions(tree) {
  const found = [];
  walk(tree, (node, ancestors) => {
    if (FUNCTIONS.has(node.type)) {
      found.push({
        name: nameOf(node, ancestors.at(-1)),
        line: node.loc.start.line,
        lines: node.loc.end.line - node.loc.start.line + 1,
        parameters: node.params.length,
        depth: ancestors.filter(({ type }) => FUNCTIONS.has(type)).length,
        async: node.async,
        generator: node.generator,
        complexity: complexity(node),
      });
    }
  });
  return found;
}
