import { children } from '../../analysis/walk.js';
import { element } from '../element.js';

function label(node) {
  const detail = node.name ?? node.raw ?? node.operator ?? node.kind ?? '';
  return `${node.type} ${detail}`.trim();
}

/** One node that shows those below it when it is opened, and not before. */
function branch(node) {
  const below = children(node);
  if (below.length === 0) {
    return element('div', { class: 'leaf' }, label(node));
  }
  const details = element('details', {}, element('summary', {}, label(node)));
  details.addEventListener('toggle', () => details.append(...below.map(branch)), { once: true });
  return details;
}

export function show({ tree }) {
  return element('section', { class: 'tree' }, ...tree.body.map(branch));
}
