/** A heading's text as the last part of an address: lower case, words joined by hyphens. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

/** Makes slugs that are unique within one document: a second "usage" becomes "usage-1". */
export function uniqueSlugs(): (text: string) => string {
  const used = new Set<string>();
  return (text) => {
    const base = slug(text) || 'section';
    let candidate = base;
    for (let count = 1; used.has(candidate); count++) {
      candidate = `${base}-${count}`;
    }
    used.add(candidate);
    return candidate;
  };
}
