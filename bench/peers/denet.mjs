// denet: its command line, built from the crate, and its Python library, from the wheel.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cargo, python } from './install.mjs';
import { parseLines } from './results.mjs';

/** @type {import('./index.mjs').Peer} */
export const denet = {
  name: 'denet 0.10.3 (crate)',
  prepare(context) {
    const program = cargo(context, 'denet', '0.10.3');
    return tool(context, denet.name, (out) => [program, '-q', '-i', '100', '-m', '100', '-o', out, 'run']);
  },
};

/** @type {import('./index.mjs').Peer} */
export const denetWheel = {
  name: 'denet 0.10.3 (wheel)',
  prepare(context) {
    const script = join(context.scratch, 'denet_wheel.py');
    writeFileSync(script, SCRIPT);
    const interpreter = join(python(context), 'python');
    return tool(context, denetWheel.name, (out) => [interpreter, script, out]);
  },
};

const SCRIPT = `import sys
from denet import ProcessMonitor
ProcessMonitor(sys.argv[2:], 100, 100, output_file=sys.argv[1], store_in_memory=False, quiet=True).run()
`;

function tool({ runner }, name, words) {
  return {
    name,
    watch(command) {
      const out = runner.file('denet.jsonl');
      return { command: [...words(out), ...command], read: () => results(parseLines(out)) };
    },
  };
}

/** What its records say: processes by number, CPU as percent of a core over the time since the record before, resident memory. */
export function results(records) {
  const pids = new Set();
  let [cpuNs, peakBytes, before] = [0, 0, null];
  for (const record of records) {
    if (record.kind === 'metadata') before = record.t0_ms;
    if (record.kind === 'metadata' || record.kind === 'child') pids.add(record.pid);
    const whole = record.kind === 'tree' ? record.aggregated : record.kind === 'sample' ? record : null;
    if (whole === null) continue;
    const at = whole.ts_ms ?? record.ts_ms;
    for (const child of record.children ?? []) pids.add(child.pid);
    if (before !== null) cpuNs += (whole.cpu_usage / 100) * (at - before) * 1e6;
    before = at;
    peakBytes = Math.max(peakBytes, whole.mem_rss_kb * 1024);
  }
  return { processes: pids.size, cpuNs, peakBytes };
}
