import { parseBlocks } from './blocks.ts';
import { contents, type Entry } from './contents.ts';
import { html } from './html.ts';

export interface Page {
  html: string;
  contents: Entry[];
}

/** Renders a Markdown document. */
export function render(source: string): Page {
  const blocks = parseBlocks(source);
  return { html: html(blocks), contents: contents(blocks) };
}
