/** The interfaces of a file of types as pairs of name and content. The files are formatted, so that lines tell what they hold. */
export function interfacesOf(text) {
  const found = text.matchAll(/^(?:export )?interface (\w+)(?: extends ([\w, ]+))? \{(.*?)\}$/gms);
  return [...found].map(([, name, parents = '', body]) => {
    const fields = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??: /gm)].map(([, field]) => field);
    return [name, { parents: parents.split(', ').filter(Boolean), fields }];
  });
}
