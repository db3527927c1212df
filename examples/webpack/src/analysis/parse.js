import { parse as parseModule } from 'acorn';

/** What a piece of source could not be read for, with its place. */
export class SourceError extends SyntaxError {
  constructor(message, line, column) {
    super(`${message} at ${line}:${column}`);
    this.name = 'SourceError';
    this.line = line;
    this.column = column;
  }
}

/** Reads JavaScript, as a module first and as a script where that fails. */
export function parse(source) {
  const comments = [];
  const options = { ecmaVersion: 'latest', locations: true, allowHashBang: true };
  let failure;
  for (const sourceType of ['module', 'script']) {
    try {
      comments.length = 0;
      return { sourceType, comments, tree: parseModule(source, { ...options, sourceType, onComment: comments }) };
    } catch (error) {
      failure ??= error;
    }
  }
  const { line, column } = failure.loc;
  throw new SourceError(failure.message.replace(/ \(\d+:\d+\)$/, ''), line, column + 1);
}
