// Everything a change has to satisfy beside the tests. `npm run check` runs this; the last stage compares with what is staged.

import { spawnSync } from 'node:child_process';
import { environment, runStages, typescript } from './stages.mjs';

const missing = ['typos', 'cargo-shear', 'cargo-deny'].filter((tool) => !isInstalled(tool));
if (missing.length > 0) {
  process.stderr.write(
    `procmon: not installed: ${missing.join(', ')}; run scripts/check-tools, or cargo install --locked typos-cli cargo-shear cargo-deny\n`,
  );
  process.exit(1);
}

const fuzzer = 'fuzz/Cargo.toml';
const strictly = ['--', '-D', 'warnings'];

runStages('check', [
  { name: 'spelling', command: ['typos'] },
  { name: 'unused dependencies', command: ['cargo-shear'] },
  { name: 'licences and sources', command: ['cargo-deny', '--locked', 'check', 'bans', 'licenses', 'sources'] },
  { name: 'rust format', command: ['cargo', 'fmt', '--all', '--check'] },
  { name: 'rust format of the fuzzer', command: ['cargo', 'fmt', '--manifest-path', fuzzer, '--check'] },
  {
    name: 'clippy',
    command: ['cargo', 'clippy', '--workspace', '--all-targets', '--features', 'procmon-sys/fuzzing', ...strictly],
  },
  {
    name: 'clippy of the fuzzer',
    command: ['cargo', 'clippy', '--manifest-path', fuzzer, '--target-dir', 'target/fuzz', ...strictly],
    // Nothing is linked here, so any path spares compiling libFuzzer a second time.
    env: { CUSTOM_LIBFUZZER_PATH: './libfuzzer.a' },
  },
  { name: 'rust docs', command: ['cargo', 'doc', '--workspace', '--no-deps'], env: { RUSTDOCFLAGS: '-D warnings' } },
  { name: 'biome', command: ['biome', 'check', '--error-on-warnings'] },
  { name: 'types', command: [...typescript('typescript'), '-p', 'tsconfig.json'] },
  // One seed, so that a change is not blamed for luck; `npm run fuzz` looks elsewhere each time.
  { name: 'fuzz, briefly', command: ['node', 'scripts/fuzz.mjs', '2', '--seed=1'] },
  { name: 'generated files are fresh', command: ['git', 'diff', '--exit-code'] },
]);

/** Whether a tool starts. */
function isInstalled(tool) {
  return spawnSync(tool, ['--version'], { env: environment, stdio: 'ignore' }).status === 0;
}
