// tree.cjs: a tree of twenty processes as services have them, until it is ended: this one, fourteen that sleep, and five
// Node processes that each work a tenth of the time.

const { fork, spawn } = require('node:child_process');

const SLEEPERS = 14;
const WORKERS = 5;

if (process.send) {
  setInterval(work, 100);
} else {
  for (let number = 0; number < SLEEPERS; number++) spawn('sleep', ['86400'], { stdio: 'ignore' });
  for (let number = 0; number < WORKERS; number++) fork(__filename);
}

function work() {
  const until = performance.now() + 10;
  while (performance.now() < until);
}
