/** Sorts the lines of a source into code, comment and blank. */
export function lines(source, comments) {
  const all = source.split(/\r?\n/);
  const masked = comments.reduceRight(
    (text, { start, end }) => text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end),
    source,
  );
  const blank = all.filter((line) => line.trim() === '').length;
  const code = masked.split(/\r?\n/).filter((line) => line.trim() !== '').length;
  return { total: all.length, code, comment: all.length - blank - code, blank };
}
