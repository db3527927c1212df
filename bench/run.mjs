// What procmon costs and whether what it says is so, as ratios within one run. `npm run bench` runs this; docs/BENCHMARKS.md explains it.
//
// A bound that does not hold is marked and makes nothing fail: machines differ, and a busy one measures itself.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Runner, users } from './command.mjs';
import { describe, machine } from './machine.mjs';
import { Procmon } from './procmon.mjs';
import { compile, lend, Unavailable } from './programs.mjs';
import { asMarkdown, asText } from './table.mjs';
import { parse, USAGE } from './words.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');

const options = asked();
if (options) await main(options);

/** What the words ask for; says so and returns null where they make no sense. */
function asked() {
  try {
    return parse(process.argv.slice(2));
  } catch (error) {
    fail(error.message);
    return null;
  }
}

async function main(options) {
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'procmon-bench-'));
  try {
    const facts = machine();
    process.stdout.write(`${describe(facts)}\n\n`);
    const results = await runSuites(contextOf(options, scratch), options);
    if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine: facts, options, results }, null, 2)}\n`);
  } catch (error) {
    fail(error instanceof Unavailable ? error.message : error.stack);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs each suite that was asked for and prints its table when it is done. */
async function runSuites(context, { suites, markdown }) {
  const results = [];
  for (const name of suites) {
    const suite = await import(`./suites/${name}.mjs`);
    const begun = performance.now();
    const result = { name, title: suite.title, ...(await attempt(suite, context)) };
    results.push(result);
    process.stdout.write(`${(markdown ? asMarkdown : asText)(result)}\n`);
    say(`${name} took ${Math.round((performance.now() - begun) / 1000)} s`);
  }
  return results;
}

/** A suite that fails takes nothing from the others; the exit code tells. */
async function attempt(suite, context) {
  try {
    return await suite.run(context);
  } catch (error) {
    if (error instanceof Unavailable) return { notes: [`skipped: ${error.message}`], rows: [] };
    process.exitCode = 1;
    return { notes: [`failed: ${error.message}`], rows: [] };
  }
}

/** What the suites share: the options, the programs, the users, and a folder that is gone afterwards. */
function contextOf(options, scratch) {
  chmodSync(scratch, 0o755);
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
  const binary = process.env.PROCMON_BINARY ?? join(target, 'release', 'procmon');
  const programs = compile(join(here, 'programs'), scratch);
  const runner = new Runner(programs.measure, scratch);
  const procmon = new Procmon(lend(binary, scratch, 'run `npm run build` first'), runner);
  const script = (name) => lend(join(here, 'programs', `${name}.cjs`), scratch, 'the checkout is not whole');
  const known = new Map();
  const modes = (user) => {
    if (!known.has(user.name)) known.set(user.name, procmon.modes(user));
    return known.get(user.name);
  };
  const scripts = { forks: script('forks'), cluster: script('cluster'), tree: script('tree') };
  // Pages of the usual node are shared with every other node on the machine, which a proportional size shows and nothing else does.
  const node = () => lend(process.execPath, scratch, 'node itself');
  return { options, root, scratch, binary, programs, scripts, node, runner, procmon, users: users(), modes, say };
}

function fail(reason) {
  say(reason);
  process.exitCode = 1;
}

/** Says on standard error what is going on. */
function say(line) {
  process.stderr.write(`bench: ${line}\n`);
}
