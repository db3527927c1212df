/** Makes an element: `element('td', { class: 'number' }, '12')`. */
export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      made.addEventListener(name.slice(2), value);
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...content);
  return made;
}

export function tableOf(header, rows) {
  const row = (cells, tag) => element('tr', {}, ...cells.map((cell) => element(tag, {}, String(cell))));
  return element(
    'table',
    {},
    element('thead', {}, row(header, 'th')),
    element('tbody', {}, ...rows.map((cells) => row(cells, 'td'))),
  );
}
