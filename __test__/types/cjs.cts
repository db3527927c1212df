// What a script that requires the package may write. tsc checks it; nothing runs it.

import procmon = require('procmon');

const monitor: procmon.Monitor = procmon.attach(1);
const tier: procmon.Tier = monitor.header.capabilities.tier;
const kind: 'header' = monitor.header.type;
const last: procmon.ProcessUse | undefined = monitor.latest?.processes.at(-1);
const stopped: Promise<procmon.Summary> = monitor.stop();

export = { kind, last, stopped, tier };
