import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { families } from './support/exposition.mjs';
import { program, prometheusWith } from './support/prometheus.mjs';
import { leaveOut, systemPython } from './support/python.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const rules = join(root, 'dashboards', 'prometheus');
const compose = join(root, 'dashboards', 'compose');
const dashboard = JSON.parse(text('dashboards/grafana/procmon.json'));
const panels = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
const shown = panels.filter(({ type }) => type !== 'row');
const variables = dashboard.templating.list;
const known = families();
const recorded = new Set(
  [...text('dashboards/prometheus/recording.yml').matchAll(/record: (\S+)/g)].map(([, it]) => it),
);

/** Values of labels that no table of names has, since they are what a machine happens to have. */
const values = { reason: ['success', 'failure', 'signal', 'oom', 'unseen'], state: ['running'], exporter: ['otlp'] };

test('promtool accepts the rules and the configuration, and each alert comes when it should', (context) => {
  const promtool = program('promtool');
  if (promtool === null) return leaveOut(context, 'promtool is not installed');
  const files = ['alerts.yml', 'recording.yml'].map((name) => join(rules, name));
  for (const words of [
    ['check', 'rules', '--lint=all', '--lint-fatal', ...files],
    ['check', 'config', '--lint-fatal', join(compose, 'prometheus.yml')],
    ['test', 'rules', join(rules, 'tests.yml')],
  ]) {
    const { status, stdout, stderr } = spawnSync(promtool, words, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 0, `promtool ${words.join(' ')}\n${stdout}${stderr}`);
  }
});

test('every alert has a test, a summary, a description and a severity', () => {
  const alerts = text('dashboards/prometheus/alerts.yml').split('- alert: ').slice(1);
  const tests = text('dashboards/prometheus/tests.yml');
  assert.equal(alerts.length, 10);
  for (const alert of alerts) {
    const name = alert.split('\n')[0];
    for (const field of ['severity: ', 'summary: ', 'description: ']) assert.ok(alert.includes(field), name);
    const cases = tests.split('alertname: ').filter((it) => it.startsWith(`${name}\n`));
    assert.ok(
      cases.some((it) => it.includes('exp_labels')),
      `${name} is never shown to come`,
    );
  }
});

test('every name in the dashboard, the rules and the pages is one that an exporter tells or a rule records', () => {
  const pages = ['grafana/procmon.json', 'README.md'].map((name) => `dashboards/${name}`);
  const ruleFiles = ['alerts', 'recording', 'tests'].map((name) => `dashboards/prometheus/${name}.yml`);
  const strangers = [...pages, ...ruleFiles, 'docs/EXPORTERS.md'].flatMap((path) => {
    const unknown = namesIn(text(path)).filter((name) => !known.has(name) && !recorded.has(name));
    return unknown.map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(strangers, []);
});

test('the page of exporters has every name of ours and of prometheus-process-exporter that is told', () => {
  const told = new Set(namesIn(text('docs/EXPORTERS.md')));
  const ours = [...known.keys()].filter((name) => /^(procmon|namedprocess)_/.test(name));
  for (const name of [
    'procmon_build_info',
    'procmon_run_threads',
    'procmon_process_open_fds',
    'procmon_group_processes',
  ]) {
    assert.ok(ours.includes(name), `the tables are not read right: ${name}`);
  }
  assert.deepEqual(
    ours.filter((name) => !told.has(name)),
    [],
  );
});

test('the dashboard can be imported: it asks for a Prometheus, and nothing in it names one', () => {
  const [input, ...others] = dashboard.__inputs;
  assert.deepEqual(others, []);
  assert.deepEqual([input.name, input.type, input.pluginId], ['DS_PROMETHEUS', 'datasource', 'prometheus']);
  assert.equal(variables.find(({ type }) => type === 'datasource').current.value, `$\{${input.name}}`);
  assert.deepEqual(
    variables.map(({ name }) => name),
    ['datasource', 'job', 'instance', 'group', 'top'],
  );
  const sources = shown.flatMap(({ datasource, targets }) => [datasource, ...targets.map((it) => it.datasource)]);
  for (const source of sources) assert.deepEqual(source, { type: 'prometheus', uid: `$\{${variables[0].name}}` });
  const required = new Set(dashboard.__requires.filter(({ type }) => type === 'panel').map(({ id }) => id));
  assert.deepEqual(required, new Set(shown.map(({ type }) => type)));
});

test('every panel has a place and a number of its own, a title, a unit and words that say what it shows', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set();
  for (const { gridPos, title } of panels) {
    for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        assert.ok(x < 24 && !taken.has(`${x} ${y}`), title);
        taken.add(`${x} ${y}`);
      }
    }
  }
  for (const { type, title, description, fieldConfig, targets } of shown) {
    assert.match(description, /^[A-Z].{20,}\.$/s, title);
    const units = fieldConfig.overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit'));
    const wanted = type === 'table' && targets.length > 2 ? targets.length : 0;
    assert.ok(type === 'table' ? units.length >= wanted : fieldConfig.defaults.unit, title);
    assert.ok(!JSON.stringify(fieldConfig).includes('percent'), `${title}: nothing here is a percent`);
  }
});

test('Prometheus answers every question of the dashboard with series where an exporter tells everything', {
  timeout: 120_000,
}, async (context) => {
  const missing = ['promtool', 'prometheus'].find((name) => program(name) === null);
  if (missing !== undefined) return leaveOut(context, `${missing} is not installed`);
  const { ask, now, end } = await prometheusWith(everything());
  try {
    const faults = [];
    const expect = async (what, asked) => {
      const found = await asked.catch((error) => ({ error }));
      if (found.error) faults.push(`${what}: ${found.error.message}`);
      else if ((found.result ?? found).length === 0) faults.push(`${what}: nothing`);
    };
    for (const { title, targets } of shown) {
      for (const { expr, instant, refId } of targets) {
        const query = filled(expr);
        const range = { query, start: now - 600, end: now, step: 30 };
        const asked = instant ? ask('query', { query, time: now }) : ask('query_range', range);
        await expect(`${title} ${refId}: ${query}`, asked);
      }
    }
    for (const { name, definition } of variables.filter(({ type }) => type === 'query')) {
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition);
      await expect(
        `$${name}`,
        ask(`label/${label}/values`, { 'match[]': filled(selector), start: now - 600, end: now }),
      );
    }
    assert.deepEqual(faults, []);
  } finally {
    await end();
  }
});

test('the composition is YAML, and every file that it names is there', (context) => {
  const files = ['compose.yml', 'prometheus.yml', 'grafana/datasources.yml', 'grafana/dashboards.yml'];
  const script = 'import json, sys, yaml; print(json.dumps([yaml.safe_load(open(path)) for path in sys.argv[1:]]))';
  const words = ['-c', script, ...files.map((name) => join(compose, name))];
  if (spawnSync(systemPython(), ['-c', 'import yaml']).status !== 0) {
    return leaveOut(context, 'Python has no yaml (the package python3-yaml)');
  }
  const read = JSON.parse(execFileSync(systemPython(), words, { encoding: 'utf8', timeout: 60_000 }));
  const [{ services }, { rule_files: ruleFiles }, { datasources }, { providers }] = read;
  assert.deepEqual(Object.keys(services), ['prometheus', 'grafana']);
  const mounted = Object.values(services).flatMap((service) => service.volumes.map((it) => it.split(':')[0]));
  const folders = mounted.filter((path) => path.startsWith('.'));
  for (const path of [...folders, ...ruleFiles]) assert.ok(existsSync(join(compose, path)), path);
  for (const { ports } of Object.values(services)) assert.match(ports.join(), /^127\.0\.0\.1:\d+:\d+$/);
  const inside = [providers[0].options.path, services.grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH];
  for (const path of inside) assert.ok(existsSync(path.replace('/etc/procmon', join(root, 'dashboards'))), path);
  assert.equal(datasources[0].url, 'http://prometheus:9090');
});

/** Series of every family of ours with every label, and those that Prometheus makes itself of a scrape. */
function everything() {
  const target = { job: 'procmon', instance: 'localhost' };
  const own = ['up', 'scrape_duration_seconds'].map((name) => ({ name, isCounter: false, labels: target }));
  const ours = [...known].filter(([name]) => name.startsWith('procmon_'));
  const series = ours.flatMap(([name, { kind, labels, values: told }]) => {
    const whom = name.startsWith('procmon_group_') ? { group: 'node' } : {};
    const who = name.startsWith('procmon_process_') ? { pid: '7', name: 'node', group: 'node' } : whom;
    const [first, ...others] = labels;
    const rest = Object.fromEntries(others.map((label) => [label, `any ${label}`]));
    const firsts = told.length > 0 ? told : (values[first] ?? [`any ${first}`]);
    const each = first === undefined ? [{}] : firsts.map((value) => ({ [first]: value, ...rest }));
    return each.map((more) => ({ name, isCounter: kind === 'counter', labels: { ...target, ...who, ...more } }));
  });
  return [...own, ...series];
}

/** A question as Grafana asks it, with every job, instance and group. */
function filled(question) {
  return question
    .replaceAll('$__rate_interval', '2m')
    .replaceAll('$__range', '3600s')
    .replaceAll('$top', '10')
    .replaceAll(/"\$(job|instance|group)"/g, '".*"');
}

/** The names of families and recorded series in a text; of `procmon_{group,run}_threads` both. */
function namesIn(page) {
  const spread = page.replaceAll(/(\w+_)\{(\w+(?:,\w+)+)\}(\w*)/g, (_, before, middles, after) =>
    middles
      .split(',')
      .map((middle) => before + middle + after)
      .join(' '),
  );
  const words = spread.match(/(?<![\w:])(?:\w+:)?(?:procmon|namedprocess)_\w+(?::\w+)?/g) ?? [];
  // What ends with an underscore is the beginning of names: procmon_run_*.
  return [...new Set(words)].filter((word) => !word.endsWith('_'));
}

function text(path) {
  return readFileSync(join(root, path), 'utf8');
}
