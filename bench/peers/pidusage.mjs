// pidusage, with pidtree for the descendants, as its readme has it.

import pidtree from 'pidtree';
import pidusage from 'pidusage';
import { poll } from './poll.mjs';

await poll(async (root) => {
  const pids = await pidtree(root, { root: true });
  const answers = Object.values(await pidusage(pids)).filter(Boolean);
  const total = (value) => answers.reduce((sum, answer) => sum + value(answer), 0);
  return { pids, cores: total(({ cpu }) => cpu) / 100, bytes: total(({ memory }) => memory) };
});
pidusage.clear();
