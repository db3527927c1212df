import { expect, test } from 'vitest';
import { parseBlocks } from '../src/blocks.ts';
import { manual } from './support/manual.ts';

const kinds = (source: string): string[] => parseBlocks(source).map(({ type }) => type);

test('finds nothing in an empty document', () => {
  expect(parseBlocks('')).toEqual([]);
  expect(parseBlocks('\n  \n\r\n')).toEqual([]);
});

test('reads headings of six levels and no seventh', () => {
  expect(kinds('# a\n## b ##\n###### c\n####### d')).toEqual(['heading', 'heading', 'heading', 'paragraph']);
});

test('joins the lines of a paragraph until a blank line or another block', () => {
  expect(kinds('one\ntwo\n\nthree\n# four')).toEqual(['paragraph', 'paragraph', 'heading']);
});

test('keeps code as it stands, even when nobody closes it', () => {
  expect(parseBlocks('```js\n# not a heading\n\n  x\n```')).toEqual([
    { type: 'code', language: 'js', text: '# not a heading\n\n  x' },
  ]);
  expect(parseBlocks('~~~\nopen')).toEqual([{ type: 'code', language: '', text: 'open' }]);
});

test('nests quotes', () => {
  expect(parseBlocks('> a\n>\n> > b')).toMatchObject([
    { type: 'quote', children: [{ type: 'paragraph' }, { type: 'quote', children: [{ type: 'paragraph' }] }] },
  ]);
});

test('nests lists by their indent', () => {
  expect(parseBlocks('- a\n  - b\n  - c\n- d')).toMatchObject([
    { type: 'list', ordered: false, items: [[{ type: 'paragraph' }, { type: 'list' }], [{ type: 'paragraph' }]] },
  ]);
});

test('ends a list where the other kind begins', () => {
  expect(parseBlocks('- a\n1. b\n2) c')).toMatchObject([
    { ordered: false, items: { length: 1 } },
    { ordered: true, items: { length: 2 } },
  ]);
});

test('reads a table with an escaped bar', () => {
  expect(parseBlocks('a | b\n--|--\n1 | x\\|y')).toMatchObject([
    { type: 'table', header: [[{ text: 'a' }], [{ text: 'b' }]], rows: [[[{ text: '1' }], [{ text: 'x|y' }]]] },
  ]);
});

test('reads every block of a long manual', () => {
  expect(parseBlocks(manual(2_000))).toHaveLength(1 + 2_000 * 7);
});
