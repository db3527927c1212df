import { element } from './element.js';

/** Each view is a chunk of its own, loaded when it is first asked for. */
const VIEWS = {
  tree: () => import(/* webpackChunkName: "tree" */ './views/tree.js'),
  functions: () => import(/* webpackChunkName: "functions" */ './views/functions.js'),
  modules: () => import(/* webpackChunkName: "modules" */ './views/modules.js'),
  size: () => import(/* webpackChunkName: "size" */ './views/size.js'),
};

const loadAnalysis = () => import(/* webpackChunkName: "analysis" */ '../analysis/index.js');

async function show(name, source, output) {
  try {
    const [{ analyse }, view] = await Promise.all([loadAnalysis(), VIEWS[name]()]);
    output.replaceChildren(await view.show(analyse(source), source));
  } catch (error) {
    output.replaceChildren(element('p', { class: 'error' }, error.message));
  }
}

function start(root) {
  const input = element('textarea', { rows: '20', spellcheck: 'false', 'aria-label': 'JavaScript source' });
  const output = element('output');
  const buttons = Object.keys(VIEWS).map((name) =>
    element('button', { type: 'button', onclick: () => show(name, input.value, output) }, name),
  );
  root.append(input, element('nav', {}, ...buttons), output);
}

start(document.body);
