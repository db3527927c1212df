import { expect, test } from 'vitest';
import { parseBlocks } from '../src/blocks.ts';
import { contents, type Entry } from '../src/contents.ts';
import { manual } from './support/manual.ts';

function outline(entries: Entry[], depth = 0): string[] {
  return entries.flatMap(({ title, children }) => [`${' '.repeat(depth)}${title}`, ...outline(children, depth + 1)]);
}

test('nests headings by level', () => {
  const entries = contents(parseBlocks('# A\n## B\n### C\n## D\n# E'));
  expect(outline(entries)).toEqual(['A', ' B', '  C', ' D', 'E']);
});

test('copes with a level that was left out and with a late first level', () => {
  const entries = contents(parseBlocks('### A\n# B\n#### C\n## D'));
  expect(outline(entries)).toEqual(['A', 'B', ' C', ' D']);
});

test('shows headings without their markup', () => {
  expect(contents(parseBlocks('# *The* `run` [command](x)'))).toEqual([
    { title: 'The run command', id: 'the-run-command', level: 1, children: [] },
  ]);
});

test('lists every chapter of a long manual', () => {
  const [top] = contents(parseBlocks(manual(3_000)));
  expect(top.children).toHaveLength(3_000);
  expect(top.children[2_999].id).toBe('chapter-3000');
});
