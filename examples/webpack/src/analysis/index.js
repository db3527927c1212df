import { functions } from './functions.js';
import { lines } from './lines.js';
import { exportedNames, imports } from './modules.js';
import { parse } from './parse.js';
import { countTypes } from './walk.js';

/** Everything that is known of one file without running it. */
export function analyse(source) {
  const { tree, comments, sourceType } = parse(source);
  return {
    sourceType,
    tree,
    lines: lines(source, comments),
    functions: functions(tree),
    imports: imports(tree),
    exports: exportedNames(tree),
    types: countTypes(tree),
  };
}
