// systeminformation: all processes of the machine, and of those the descendants. Its percent is of all processors together.

import { availableParallelism } from 'node:os';
import si from 'systeminformation';
import { poll } from './poll.mjs';

await poll(async (root) => {
  const { list } = await si.processes();
  const tree = new Set([root]);
  for (let before = 0; before !== tree.size; ) {
    before = tree.size;
    for (const { pid, parentPid } of list) if (tree.has(parentPid)) tree.add(pid);
  }
  const ours = list.filter(({ pid }) => tree.has(pid));
  const total = (value) => ours.reduce((sum, process) => sum + value(process), 0);
  return {
    pids: ours.map(({ pid }) => pid),
    cores: (total(({ cpu }) => cpu) / 100) * availableParallelism(),
    bytes: total(({ memRss }) => memRss) * 1024,
  };
});
