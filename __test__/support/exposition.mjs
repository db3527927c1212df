// The families of samples that exporters tell, as the tables of names in crates/export have them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../crates/export/src/exposition', import.meta.url));

const rest = String.raw`,.*?&\[([^\]]*)\],\s*(?:Split\(&\[(.*?)\]\)|Any|One)`;
const row = new RegExp(String.raw`\b(counter|gauge|info)\(\s*"(\w+)"${rest}`, 'gs');
const figure = new RegExp(String.raw`\b(counter|gauge)\(\s*concat!\(\$prefix, "(\w+)"\)${rest}`, 'gs');
const prefixed = /figures!\("(\w+)", "[^"]*"\)/g;

/**
 * @typedef {{ kind: string, labels: string[], values: string[] }} Family `labels`: beside those that say whom a sample
 * is about; `values`: those of the one label, where the table has them
 */

/**
 * Every family of every table of names.
 * @returns {Map<string, Family>} by name
 */
export function families() {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.rs') && name !== 'tests.rs');
  const texts = sources.map((name) => readFileSync(join(folder, name), 'utf8'));
  const all = (pattern) => texts.flatMap((text) => [...text.matchAll(pattern)]);
  const rows = all(row).map(([, kind, name, ...others]) => [name, familyOf(kind, others)]);
  const figures = all(prefixed).flatMap(([, prefix]) =>
    all(figure).map(([, kind, ending, ...others]) => [prefix + ending, familyOf(kind, others)]),
  );
  return new Map([...rows, ...figures]);
}

function familyOf(kind, [labels, values = '']) {
  return { kind, labels: strings(labels), values: strings(values) };
}

function strings(text) {
  return [...text.matchAll(/"(\w+)"/g)].map(([, word]) => word);
}
