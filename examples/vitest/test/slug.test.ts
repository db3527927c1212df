import { expect, test } from 'vitest';
import { slug, uniqueSlugs } from '../src/slug.ts';

test.each([
  ['Getting started', 'getting-started'],
  ['  What?  Why!  ', 'what-why'],
  ['Übergrößen & Maße', 'ubergroßen-maße'],
  ['naïve café', 'naive-cafe'],
  ['第2章', '第2章'],
  ['!!!', ''],
])('makes %j into %j', (text, wanted) => {
  expect(slug(text)).toBe(wanted);
});

test('counts what comes twice', () => {
  const slugOf = uniqueSlugs();
  expect(['Usage', 'usage', 'Usage 1', 'USAGE'].map(slugOf)).toEqual(['usage', 'usage-1', 'usage-1-1', 'usage-2']);
});

test('names a heading that has no letters', () => {
  const slugOf = uniqueSlugs();
  expect([slugOf('???'), slugOf('!')]).toEqual(['section', 'section-1']);
});

test('never gives the same slug twice', () => {
  const slugOf = uniqueSlugs();
  const slugs = Array.from({ length: 2_000 }, (_, index) => slugOf(`Chapter ${index % 200}`));
  expect(new Set(slugs).size).toBe(2_000);
});
