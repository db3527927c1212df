import { expect, test } from 'vitest';
import { parseBlocks } from '../src/blocks.ts';
import { escapeHtml, html, safeAddress } from '../src/html.ts';

const rendered = (source: string): string => html(parseBlocks(source));

test.each([
  ['# A & B', '<h1 id="a-b">A &amp; B</h1>'],
  ['some *soft* and **hard** `code`', '<p>some <em>soft</em> and <strong>hard</strong> <code>code</code></p>'],
  ['```ts\na < b\n```', '<pre><code class="language-ts">a &lt; b</code></pre>'],
  ['> quoted', '<blockquote><p>quoted</p></blockquote>'],
  ['- a\n- b', '<ul><li>a</li><li>b</li></ul>'],
  ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
  ['- a\n  - b', '<ul><li><p>a</p>\n<ul><li>b</li></ul></li></ul>'],
  ['***', '<hr>'],
  [
    'a|b\n-|-\n1|2',
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
  ],
  ['![x "y"](z.png)', '<p><img src="z.png" alt="x &quot;y&quot;"></p>'],
])('renders %j', (source, wanted) => {
  expect(rendered(source)).toBe(wanted);
});

test('lets no markup through', () => {
  expect(rendered('<script>alert("x")</script>')).toBe('<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;</p>');
  expect(escapeHtml(`<a href="b">'c' & d</a>`)).toBe(`&lt;a href=&quot;b&quot;&gt;'c' &amp; d&lt;/a&gt;`);
});

test.each([
  ['https://example.com/?a=1&b=2', 'https://example.com/?a=1&amp;b=2'],
  ['../up#part', '../up#part'],
  ['mailto:a@example.com', 'mailto:a@example.com'],
  ['javascript:alert(1)', '#'],
  [' JavaScript:alert(1)', '#'],
  ['data:text/html,x', '#'],
])('makes the address %j into %j', (address, wanted) => {
  expect(safeAddress(address)).toBe(wanted);
});
