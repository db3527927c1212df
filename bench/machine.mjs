// What kind of machine the figures are from: enough to compare with, nothing that names the machine or its owner.

import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { gunzipSync } from 'node:zlib';

/** Facts of this machine, by name. Unknown is null. */
export function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? null,
    cpus: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    hz: hz(kernelConfiguration()),
    virtual: /\bhypervisor\b/.test(text('/proc/cpuinfo') ?? ''),
    root: process.getuid() === 0,
    load: Number((text('/proc/loadavg') ?? 'NaN').split(' ')[0]),
    node: process.version,
    at: new Date().toISOString().slice(0, 10),
  };
}

/** The same in one sentence. */
export function describe({ cpu, cpus, memoryGiB, kernel, hz, virtual, root, load, node, at }) {
  const cores = `${cpus} ${virtual ? 'virtual ' : ''}core${cpus === 1 ? '' : 's'}`;
  const ticks = hz === null ? 'HZ unknown' : `HZ=${hz}`;
  const user = root ? 'started as root' : 'started without privilege';
  return `${cores} (${cpu ?? 'model unknown'}), ${memoryGiB} GiB, Linux ${kernel}, ${ticks}, Node ${node}, ${user}, load ${load} at the start, ${at}`;
}

/** The scheduler's ticks in a second, by the text of a kernel's configuration. */
export function hz(configuration) {
  const found = /^CONFIG_HZ=(\d+)$/m.exec(configuration ?? '');
  return found ? Number(found[1]) : null;
}

function kernelConfiguration() {
  if (existsSync('/proc/config.gz')) return gunzipSync(readFileSync('/proc/config.gz')).toString();
  return text(`/boot/config-${release()}`);
}

function text(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
