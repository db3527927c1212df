import { expect, test } from 'vitest';
import type { Entry } from '../src/contents.ts';
import { render } from '../src/render.ts';
import { manual } from './support/manual.ts';

function ids(entries: Entry[]): string[] {
  return entries.flatMap(({ id, children }) => [id, ...ids(children)]);
}

test('gives the contents the ids of the page', () => {
  const page = render('# Same\n## Same\n> ### Same\n# Other');
  for (const id of ids(page.contents)) {
    expect(page.html).toContain(`id="${id}"`);
  }
});

test('renders a long manual chapter by chapter', () => {
  const page = render(manual(4_000));
  const counted = (tag: string): number => page.html.split(`<${tag}`).length - 1;
  expect(['h2', 'blockquote', 'ol', 'li', 'table', 'td', 'pre', 'hr', 'a href'].map(counted)).toEqual([
    4_000, 4_000, 4_000, 8_000, 4_000, 16_000, 4_000, 4_000, 4_000,
  ]);
});

test('keeps a long line of brackets that nobody closes', () => {
  const brackets = '['.repeat(2_000);
  expect(render(brackets).html).toBe(`<p>${brackets}</p>`);
});
