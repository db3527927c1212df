import { expect, test } from 'vitest';
import { parseInline, plainText } from '../src/inline.ts';

test('leaves plain text alone', () => {
  expect(parseInline('just words, 2 < 3')).toEqual([{ type: 'text', text: 'just words, 2 < 3' }]);
});

test('nests emphasis in strong text', () => {
  expect(parseInline('**very *much* so**')).toEqual([
    {
      type: 'strong',
      children: [
        { type: 'text', text: 'very ' },
        { type: 'emphasis', children: [{ type: 'text', text: 'much' }] },
        { type: 'text', text: ' so' },
      ],
    },
  ]);
});

test('takes code as it stands', () => {
  expect(parseInline('`a *b* c`')).toEqual([{ type: 'code', text: 'a *b* c' }]);
  expect(parseInline('`` a ` b ``')).toEqual([{ type: 'code', text: 'a ` b' }]);
});

test('reads links and images', () => {
  expect(parseInline('[go *on*](/next)')).toEqual([
    {
      type: 'link',
      href: '/next',
      children: [
        { type: 'text', text: 'go ' },
        { type: 'emphasis', children: [{ type: 'text', text: 'on' }] },
      ],
    },
  ]);
  expect(parseInline('![a cat](cat.png)')).toEqual([{ type: 'image', alt: 'a cat', src: 'cat.png' }]);
});

test.each(['2 * 3 * 4', '*open', '`open', '[open](', '![open', '**', 'a ** b'])('keeps %j as text', (source) => {
  expect(parseInline(source)).toEqual([{ type: 'text', text: source }]);
});

test('takes escaped marks as text', () => {
  expect(parseInline(String.raw`\*not emphasis\* \\`)).toEqual([{ type: 'text', text: '*not emphasis* \\' }]);
});

test('knows the words without the markup', () => {
  expect(plainText(parseInline('a **b** `c` [d *e*](f) ![g](h)'))).toBe('a b c d e g');
});
