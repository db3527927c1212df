import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Graph } from '../analysis/graph.js';
import { analyse } from '../analysis/index.js';
import { bytes } from '../format/bytes.js';
import { table } from '../format/table.js';

/** The file that a relative import means, seen from the file that has it. */
function resolved(file, source) {
  return source.startsWith('.') ? path.relative('.', path.resolve(path.dirname(file), source)) : source;
}

async function report(files) {
  const graph = new Graph();
  const rows = [];
  for (const file of files) {
    const source = await readFile(file, 'utf8');
    const { functions, imports, lines } = analyse(source);
    const name = path.relative('.', file);
    graph.add(
      name,
      imports.map((each) => resolved(file, each.source)),
    );
    const hardest = Math.max(0, ...functions.map(({ complexity }) => complexity));
    rows.push([name, bytes(Buffer.byteLength(source)), lines.code, functions.length, hardest]);
  }
  const rings = graph.rings().map((ring) => `ring: ${ring.join(' -> ')}`);
  return [table(['file', 'size', 'code', 'functions', 'hardest'], rows), ...rings].join('\n');
}

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: report file.js…\n');
  process.exitCode = 2;
} else {
  process.stdout.write(`${await report(files)}\n`);
}
