import { plainText } from './inline.ts';
import { uniqueSlugs } from './slug.ts';
import type { Block } from './types.ts';

/** One heading and those below it. */
export interface Entry {
  title: string;
  id: string;
  level: number;
  children: Entry[];
}

/** The table of contents: headings nested by level, with the same ids as in the HTML. */
export function contents(blocks: Block[]): Entry[] {
  const slugOf = uniqueSlugs();
  const top: Entry[] = [];
  const open: Entry[] = [];
  for (const block of blocks) {
    if (block.type !== 'heading') {
      continue;
    }
    const title = plainText(block.children);
    const entry: Entry = { title, id: slugOf(title), level: block.level, children: [] };
    while (open.length > 0 && open[open.length - 1].level >= entry.level) {
      open.pop();
    }
    const siblings = open.at(-1)?.children ?? top;
    siblings.push(entry);
    open.push(entry);
  }
  return top;
}
