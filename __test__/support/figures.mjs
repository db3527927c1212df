// What an exporter's text says, by the words that each sample begins with: `procmon_group_processes{group="node"}`.

/** The values of a text by the name and labels of their samples. */
export function figuresOf(text) {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** The values of all samples of a name together that have a label with this value. */
export function sumOf(text, name, label, value) {
  const samples = [...figuresOf(text)].filter(([sample]) => {
    return sample.startsWith(`${name}{`) && sample.includes(`${label}="${value}"`);
  });
  return samples.reduce((sum, [, figure]) => sum + figure, 0);
}

/** The values of a label at the samples of a name. */
export function labelsOf(text, name, label) {
  const samples = text.matchAll(new RegExp(`^${name}\\{[^\\n]*?${label}="((?:[^"\\\\]|\\\\.)*)"`, 'gm'));
  return [...samples].map(([, value]) => value);
}
