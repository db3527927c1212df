import { plainText } from './inline.ts';
import { uniqueSlugs } from './slug.ts';
import type { Block, Inline } from './types.ts';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/** Addresses that run code are replaced by one that does nothing. */
export function safeAddress(address: string): string {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(address)?.[1].toLowerCase();
  const harmless = scheme === undefined || ['http', 'https', 'mailto'].includes(scheme);
  return harmless ? escapeHtml(address) : '#';
}

export function inlineHtml(nodes: Inline[]): string {
  const one = (node: Inline): string => {
    switch (node.type) {
      case 'text':
        return escapeHtml(node.text);
      case 'code':
        return `<code>${escapeHtml(node.text)}</code>`;
      case 'emphasis':
        return `<em>${inlineHtml(node.children)}</em>`;
      case 'strong':
        return `<strong>${inlineHtml(node.children)}</strong>`;
      case 'link':
        return `<a href="${safeAddress(node.href)}">${inlineHtml(node.children)}</a>`;
      case 'image':
        return `<img src="${safeAddress(node.src)}" alt="${escapeHtml(node.alt)}">`;
    }
  };
  return nodes.map(one).join('');
}

function tableHtml(header: Inline[][], rows: Inline[][][]): string {
  const row = (cells: Inline[][], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${inlineHtml(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row(cells, 'td')).join('');
  return `<table><thead>${row(header, 'th')}</thead><tbody>${body}</tbody></table>`;
}

/** A list item of one paragraph is written without the paragraph's tags. */
function itemHtml(blocks: Block[], slugOf: (text: string) => string): string {
  const [only] = blocks;
  const tight = blocks.length === 1 && only.type === 'paragraph';
  return `<li>${tight ? inlineHtml(only.children) : blocksHtml(blocks, slugOf)}</li>`;
}

function blocksHtml(blocks: Block[], slugOf: (text: string) => string): string {
  const one = (block: Block): string => {
    switch (block.type) {
      case 'heading': {
        const id = slugOf(plainText(block.children));
        return `<h${block.level} id="${id}">${inlineHtml(block.children)}</h${block.level}>`;
      }
      case 'paragraph':
        return `<p>${inlineHtml(block.children)}</p>`;
      case 'code': {
        const language = block.language ? ` class="language-${escapeHtml(block.language)}"` : '';
        return `<pre><code${language}>${escapeHtml(block.text)}</code></pre>`;
      }
      case 'quote':
        return `<blockquote>${blocksHtml(block.children, slugOf)}</blockquote>`;
      case 'list': {
        const tag = block.ordered ? 'ol' : 'ul';
        return `<${tag}>${block.items.map((item) => itemHtml(item, slugOf)).join('')}</${tag}>`;
      }
      case 'table':
        return tableHtml(block.header, block.rows);
      case 'rule':
        return '<hr>';
    }
  };
  return blocks.map(one).join('\n');
}

export function html(blocks: Block[]): string {
  return blocksHtml(blocks, uniqueSlugs());
}
