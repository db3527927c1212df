import type { Inline } from './types.ts';

const ESCAPED = /^\\([\\`*_[\]()!#|])/;
const CODE = /^(`+)(.+?)\1(?!`)/s;
const IMAGE = /^!\[([^\]]*)\]\(([^)\s]+)\)/;
const LINK = /^\[((?:[^[\]]|\[[^\]]*\])+)\]\(([^)\s]+)\)/;
const STRONG = /^(\*\*|__)(?=\S)(.+?\S|\S)\1/s;
const EMPHASIS = /^([*_])(?=\S)((?:(?!\1).|\1\1)*?\S)\1(?!\1)/s;
const PLAIN = /^[^\\`*_[!]+/;

interface Step {
  node: Inline;
  length: number;
}

function text(value: string, length = value.length): Step {
  return { node: { type: 'text', text: value }, length };
}

/** Reads one node from the start of a text that is not empty. */
function step(source: string): Step {
  const plain = PLAIN.exec(source);
  if (plain) {
    return text(plain[0]);
  }
  const escaped = ESCAPED.exec(source);
  if (escaped) {
    return text(escaped[1], 2);
  }
  const code = CODE.exec(source);
  if (code) {
    return { node: { type: 'code', text: code[2].trim() }, length: code[0].length };
  }
  const image = IMAGE.exec(source);
  if (image) {
    return { node: { type: 'image', alt: image[1], src: image[2] }, length: image[0].length };
  }
  const link = LINK.exec(source);
  if (link) {
    const children = parseInline(link[1]);
    return { node: { type: 'link', href: link[2], children }, length: link[0].length };
  }
  const strong = STRONG.exec(source);
  if (strong) {
    return { node: { type: 'strong', children: parseInline(strong[2]) }, length: strong[0].length };
  }
  const emphasis = EMPHASIS.exec(source);
  if (emphasis) {
    return { node: { type: 'emphasis', children: parseInline(emphasis[2]) }, length: emphasis[0].length };
  }
  return text(source[0]);
}

/** Turns the source of one line or paragraph into nodes; neighbouring texts are joined. */
export function parseInline(source: string): Inline[] {
  const nodes: Inline[] = [];
  let offset = 0;
  while (offset < source.length) {
    const { node, length } = step(source.slice(offset));
    const last = nodes.at(-1);
    if (node.type === 'text' && last?.type === 'text') {
      last.text += node.text;
    } else {
      nodes.push(node);
    }
    offset += length;
  }
  return nodes;
}

/** The words of nodes without their markup. */
export function plainText(nodes: Inline[]): string {
  const one = (node: Inline): string => {
    switch (node.type) {
      case 'text':
      case 'code':
        return node.text;
      case 'image':
        return node.alt;
      default:
        return plainText(node.children);
    }
  };
  return nodes.map(one).join('');
}
