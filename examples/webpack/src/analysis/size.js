import { minify } from 'terser';

/** How many bytes a source has, and how many would be left after terser. */
export async function size(source, sourceType) {
  const { code } = await minify(source, { module: sourceType === 'module', compress: { passes: 2 } });
  const length = (text) => new TextEncoder().encode(text).length;
  return { source: length(source), minified: length(code) };
}
