import { parseInline } from './inline.ts';
import type { Block, Inline } from './types.ts';

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const FENCE = /^(```+|~~~+)\s*(\S*)/;
const RULE = /^(?:-{3,}|\*{3,}|_{3,})\s*$/;
const QUOTE = /^>\s?/;
const ITEM = /^(?:([-*+])|\d{1,9}[.)])\s+/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** The lines of a document and the place of the reader. */
class Lines {
  private index = 0;
  private readonly lines: string[];

  constructor(lines: string[]) {
    this.lines = lines;
  }

  get current(): string | undefined {
    return this.lines[this.index];
  }

  get next(): string | undefined {
    return this.lines[this.index + 1];
  }

  take(): string {
    return this.lines[this.index++];
  }

  /** Takes lines for as long as `belongs` says so. */
  takeWhile(belongs: (line: string) => boolean): string[] {
    const taken: string[] = [];
    while (this.current !== undefined && belongs(this.current)) {
      taken.push(this.take());
    }
    return taken;
  }
}

const isBlank = (line: string): boolean => line.trim() === '';

function startsBlock(line: string): boolean {
  return [HEADING, FENCE, RULE, QUOTE, ITEM].some((start) => start.test(line));
}

function fencedCode(lines: Lines): Block {
  const [, fence, language] = FENCE.exec(lines.take()) ?? [];
  const body = lines.takeWhile((line) => !line.startsWith(fence));
  if (lines.current !== undefined) {
    lines.take();
  }
  return { type: 'code', language, text: body.join('\n') };
}

function list(lines: Lines): Block {
  const ordered = ITEM.exec(lines.current ?? '')?.[1] === undefined;
  const items: Block[][] = [];
  while (lines.current !== undefined) {
    const item = ITEM.exec(lines.current);
    if (!item || (item[1] === undefined) !== ordered || RULE.test(lines.current)) {
      break;
    }
    const first = lines.take().slice(item[0].length);
    const indent = ' '.repeat(2);
    const rest = lines.takeWhile((line) => line.startsWith(indent));
    const body = rest.map((line) => line.replace(/^ {2,4}/, ''));
    items.push(parseBlocks([first, ...body].join('\n')));
  }
  return { type: 'list', ordered, items };
}

function cells(line: string): Inline[][] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim()));
}

function table(lines: Lines): Block {
  const header = cells(lines.take());
  lines.take();
  const rows = lines.takeWhile((line) => line.includes('|')).map(cells);
  return { type: 'table', header, rows };
}

function isTable(lines: Lines): boolean {
  const { current = '', next = '' } = lines;
  return current.includes('|') && next.includes('-') && TABLE_RULE.test(next);
}

function paragraph(lines: Lines): Block {
  const first = lines.take();
  const rest = lines.takeWhile((line) => !isBlank(line) && !startsBlock(line));
  const source = [first, ...rest].map((line) => line.trim()).join('\n');
  return { type: 'paragraph', children: parseInline(source) };
}

function block(lines: Lines, line: string): Block {
  const heading = HEADING.exec(line);
  if (heading) {
    lines.take();
    return { type: 'heading', level: heading[1].length, children: parseInline(heading[2]) };
  }
  if (FENCE.test(line)) {
    return fencedCode(lines);
  }
  if (RULE.test(line)) {
    lines.take();
    return { type: 'rule' };
  }
  if (QUOTE.test(line)) {
    const quoted = lines.takeWhile((each) => QUOTE.test(each)).map((each) => each.replace(QUOTE, ''));
    return { type: 'quote', children: parseBlocks(quoted.join('\n')) };
  }
  if (ITEM.test(line)) {
    return list(lines);
  }
  return isTable(lines) ? table(lines) : paragraph(lines);
}

/** Turns the source of a document into blocks. */
export function parseBlocks(source: string): Block[] {
  const lines = new Lines(source.split(/\r?\n/));
  const blocks: Block[] = [];
  while (lines.current !== undefined) {
    if (isBlank(lines.current)) {
      lines.take();
    } else {
      blocks.push(block(lines, lines.current));
    }
  }
  return blocks;
}
