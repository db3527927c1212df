import { walk } from './walk.js';

function importedNames({ specifiers }) {
  return specifiers.map((specifier) => {
    switch (specifier.type) {
      case 'ImportDefaultSpecifier':
        return 'default';
      case 'ImportNamespaceSpecifier':
        return '*';
      default:
        return specifier.imported.name ?? specifier.imported.value;
    }
  });
}

function isRequire({ type, callee, arguments: [first] = [] }) {
  return type === 'CallExpression' && callee.name === 'require' && typeof first?.value === 'string';
}

/** What a module asks of others: static and dynamic imports, re-exports and calls of `require`. */
export function imports(tree) {
  const found = [];
  const add = (node, kind, source, names = []) => {
    found.push({ kind, source, names, line: node.loc.start.line });
  };
  walk(tree, (node) => {
    if (node.type === 'ImportDeclaration') {
      add(node, 'import', node.source.value, importedNames(node));
    } else if (node.type.startsWith('Export') && node.source) {
      add(node, 're-export', node.source.value);
    } else if (node.type === 'ImportExpression') {
      add(node, 'dynamic', node.source.value ?? '(computed)');
    } else if (isRequire(node)) {
      add(node, 'require', node.arguments[0].value);
    }
  });
  return found;
}

function boundNames(pattern) {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => boundNames(property.value ?? property.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap(boundNames);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'RestElement':
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

/** The names that a module offers. */
export function exportedNames(tree) {
  return tree.body.flatMap((node) => {
    switch (node.type) {
      case 'ExportDefaultDeclaration':
        return ['default'];
      case 'ExportAllDeclaration':
        return [node.exported?.name ?? '*'];
      case 'ExportNamedDeclaration': {
        const { declaration, specifiers } = node;
        const declared = declaration?.declarations?.flatMap(({ id }) => boundNames(id)) ?? boundNames(declaration?.id);
        return [...declared, ...specifiers.map(({ exported }) => exported.name ?? exported.value)];
      }
      default:
        return [];
    }
  });
}
