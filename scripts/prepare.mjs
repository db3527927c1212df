// What `npm install` does in a checkout: builds the native parts. npm does not run it where the published package is installed.

import { spawnSync } from 'node:child_process';

if (process.env.PROCMON_SKIP_BUILD) {
  process.stderr.write('procmon: PROCMON_SKIP_BUILD is set, the native parts are not built\n');
} else if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status === 0) {
  await import('./build.mjs');
} else {
  process.stderr.write(
    'procmon: cargo was not found: install Rust 1.89 or newer (https://rustup.rs), or set PROCMON_SKIP_BUILD=1 to install without the native parts\n',
  );
  process.exitCode = 1;
}
