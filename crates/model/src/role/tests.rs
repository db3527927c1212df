//! Floor 2. Every command line that was recorded from a real tool, and what its process is called.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{ENVIRONMENT_NAMES, Portrait, role};

/// A process with nothing around it.
#[derive(Debug, Default, Clone)]
struct Case {
    exe: Option<String>,
    command: Vec<String>,
    environment: BTreeMap<String, String>,
    ancestors: Vec<String>,
}

impl Case {
    /// argv as one line; `NM` is the folder of packages.
    fn line(line: &str) -> Self {
        Self::argv(&line.split(' ').collect::<Vec<_>>())
    }

    /// argv word by word. A command that begins with node runs node.
    fn argv(words: &[&str]) -> Self {
        let command: Vec<String> =
            words.iter().map(|word| word.replace("NM", "/app/node_modules")).collect();
        let exe =
            words.first().filter(|word| word.ends_with("node")).map(|_| "/usr/bin/node".to_owned());
        Self { exe, command, ..Self::default() }
    }

    /// A title as `/proc/PID/cmdline` shows it: one string, and the rest of the old argv as empty ones.
    fn title(title: &str) -> Self {
        let case = Self::argv(&[title, "", "", ""]);
        case.exe("/usr/bin/node")
    }

    fn exe(mut self, exe: &str) -> Self {
        self.exe = Some(exe.to_owned());
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn under(mut self, ancestors: &[&str]) -> Self {
        self.ancestors = ancestors.iter().map(|label| (*label).to_owned()).collect();
        self
    }

    /// The label, with ` #` behind it where a running number is due.
    fn label(&self) -> String {
        let ancestors: Vec<&str> = self.ancestors.iter().map(String::as_str).collect();
        let role = role(&Portrait {
            command: &self.command,
            exe: self.exe.as_deref(),
            environment: &self.environment,
            ancestors: &ancestors,
        });
        if role.numbered { role.label + " #" } else { role.label }
    }

    #[track_caller]
    fn is(&self, expected: &str) {
        assert_eq!(self.label(), expected, "{:?}", self.command);
    }
}

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (line, expected) in rows {
        Case::line(line).is(expected);
    }
}

#[test]
fn npm_is_what_it_was_asked_to_run() {
    for (title, expected) in [
        ("npm exec jest -w 3 t", "npx jest"),
        ("npm exec", "npx"),
        ("npm run build", "npm run build"),
        ("npm run-script build", "npm run build"),
        ("npm run build --watch", "npm run build"),
        ("npm t", "npm test"),
        ("npm test", "npm test"),
        ("npm ci", "npm ci"),
        ("npm i left-pad", "npm install"),
        ("npm", "npm"),
        ("npm run build\0\0\0", "npm run build"),
        ("npm run build   ", "npm run build"),
    ] {
        Case::title(title).is(expected);
    }
    Case { exe: None, ..Case::title("npm run build") }.is("npm run build");
}

#[test]
fn a_package_manager_is_known_from_its_script_before_it_has_a_title() {
    check(&[
        ("node /usr/bin/npm run test", "npm run test"),
        ("node /usr/bin/npm --prefix app -w lib run build", "npm run build"),
        ("node /usr/lib/node_modules/npm/bin/npm-cli.js test", "npm test"),
        ("node /usr/bin/npx --yes jest -w 3", "npx jest"),
        ("node /usr/lib/node_modules/npm/bin/npx-cli.js -p typescript tsc", "npx tsc"),
        ("node /usr/bin/npx @angular/cli new", "npx @angular/cli"),
        ("node /usr/bin/pnpm --filter app build", "pnpm build"),
        (
            "node /home/me/.cache/node/corepack/v1/pnpm/9.1.0/bin/pnpm.cjs -r run build",
            "pnpm run build",
        ),
        ("node /app/.yarn/releases/yarn-4.5.0.cjs workspace app build", "yarn build"),
        ("node /usr/lib/node_modules/corepack/dist/corepack.js pnpm exec jest", "pnpm exec jest"),
        ("node /usr/bin/yarn", "yarn"),
        ("npm test", "npm test"),
        ("pnpm dlx cowsay hi", "pnpm dlx cowsay"),
        ("yarn add left-pad", "yarn add"),
    ]);
    let windows = r"C:\Program Files\nodejs\node_modules\npm\bin\npm-cli.js";
    Case::argv(&[r"C:\Program Files\nodejs\node.exe", windows, "run", "build"]).is("npm run build");
}

#[test]
fn a_tool_is_called_by_its_name_however_it_was_started() {
    check(&[
        ("node NM/.bin/jest -w 3 t", "jest"),
        ("node NM/jest/bin/jest.js", "jest"),
        ("node NM/.pnpm/jest@30.0.0/node_modules/jest-cli/bin/jest.js", "jest"),
        ("/usr/bin/node --max-old-space-size=4096 NM/.bin/webpack --mode production", "webpack"),
        ("node NM/webpack-cli/bin/cli.js", "webpack"),
        ("node NM/vitest/vitest.mjs run --pool forks", "vitest"),
        ("node NM/.bin/tsc -p .", "tsc"),
        ("node NM/typescript/lib/tsc.js", "tsc"),
        ("node NM/.bin/turbo run build", "turbo"),
        ("node NM/.bin/nx run-many -t build", "nx"),
        ("node NM/nx/dist/bin/nx.js", "nx"),
        ("node NM/.bin/ava test.mjs", "ava"),
        ("node NM/ava/entrypoints/cli.mjs", "ava"),
        ("node NM/.bin/tsx watch src/server.ts", "tsx"),
        ("node NM/ts-node/dist/bin.js x.ts", "ts-node"),
        ("node NM/concurrently/dist/bin/concurrently.js a b", "concurrently"),
        ("node NM/.bin/next build", "next build"),
        ("node NM/vite/bin/vite.js --force build", "vite build"),
        ("node NM/vite/bin/vite.js", "vite"),
        ("node NM/@angular/cli/bin/ng.js serve", "ng serve"),
        ("node NM/@playwright/test/cli.js test", "playwright test"),
        ("node /opt/playwright/cli.js show-report", "playwright"),
        ("node NM/storybook/dist/bin/dispatcher.js dev -p 6006", "storybook dev"),
        ("node NM/@swc/cli/bin/swc.js src", "swc"),
        ("node NM/typescript/lib/tsserver.js", "node tsserver.js"),
    ]);
    Case::argv(&["node.exe", r"C:\app\node_modules\mocha\bin\mocha.js"]).is("mocha");
}

#[test]
fn titles_of_tools_are_their_labels() {
    Case::title("webpack").is("webpack");
    Case::title("next-build (v16.4.6)").is("next build");
    Case::title("next-server (v16.4.6)").is("next server");
    Case::title("node (vitest)").is("vitest");
    Case::title("node (vitest 2)").is("vitest fork 2");
    Case::title("my own title").is("my own title");
    Case::argv(&["nginx: worker process"]).exe("/usr/sbin/nginx").is("nginx: worker process");
    Case::argv(&["/opt/my app/tool"]).exe("/opt/my app/tool").is("tool");
}

#[test]
fn jest_workers_carry_their_own_number_in_every_generation() {
    for line in [
        "node NM/jest-worker/build/processChild.js",
        "node NM/jest-worker/build/workers/processChild.js",
    ] {
        let worker = Case::line(line).with("JEST_WORKER_ID", "2");
        worker.is("jest worker 2");
        worker.under(&["jest", "sh: jest", "npm test"]).is("jest worker 2");
        Case::line(line).is("jest worker #");
        Case::line(line).with("JEST_WORKER_ID", "2; rm").is("jest worker #");
    }
}

#[test]
fn minifiers_of_a_bundler_are_its_workers_and_not_jests() {
    let own =
        "node NM/terser-webpack-plugin/node_modules/jest-worker/build/workers/processChild.js";
    let shared = "node NM/jest-worker/build/workers/processChild.js";
    let newer =
        "node NM/minimizer-webpack-plugin/node_modules/jest-worker/build/workers/processChild.js";
    for line in [own, shared, newer] {
        let worker = Case::line(line).with("JEST_WORKER_ID", "1");
        worker.clone().under(&["webpack", "npm run build"]).is("webpack minify worker 1");
        worker.under(&["webpack", "jest worker 3", "jest"]).is("webpack minify worker 1");
    }
    Case::line(own).with("JEST_WORKER_ID", "4").under(&["node build.js"]).is("terser worker 4");
    Case::line(own)
        .with("JEST_WORKER_ID", "4")
        .under(&["jest worker 1", "jest"])
        .is("terser worker 4");
    Case::line(shared).with("JEST_WORKER_ID", "4").under(&["rollup"]).is("terser worker 4");
}

#[test]
fn workers_of_other_tools_are_told_apart() {
    let forks = "node --experimental-import-meta-resolve --require NM/vitest/suppress-warnings.cjs \
                 --conditions node --conditions development NM/vitest/dist/workers/forks.js";
    Case::line(forks).with("VITEST", "true").is("vitest fork #");
    Case::line("node NM/tinypool/dist/entry/process.js")
        .with("TINYPOOL_WORKER_ID", "3")
        .with("VITEST", "true")
        .is("vitest fork 3");
    Case::line("node NM/mocha/lib/nodejs/worker.cjs")
        .with("MOCHA_WORKER_ID", "0")
        .is("mocha worker 0");
    Case::line("node NM/next/dist/compiled/jest-worker/processChild.js")
        .with("IS_NEXT_WORKER", "true")
        .with("JEST_WORKER_ID", "1")
        .is("next worker #");
    check(&[
        ("node NM/vitest/dist/workers/vmForks.js", "vitest fork #"),
        ("node NM/tinypool/dist/entry/process.js", "tinypool worker #"),
        ("node NM/thread-loader/dist/worker.js 20", "thread-loader worker #"),
        (
            "node NM/nx/dist/src/project-graph/plugins/isolation/plugin-worker.js /tmp/d.sock @nx/js",
            "nx plugin worker #",
        ),
        ("node NM/nx/dist/src/daemon/server/start.js", "nx daemon"),
        ("node --enable-source-maps NM/ava/lib/worker/base.js", "ava worker #"),
        ("node NM/playwright/lib/worker/workerProcessEntry.js", "playwright worker #"),
        ("node NM/@parcel/workers/lib/process/ProcessChild.js", "parcel worker #"),
        (
            "node NM/fork-ts-checker-webpack-plugin/lib/typescript/worker/get-issues-worker.js",
            "type check worker #",
        ),
    ]);
}

#[test]
fn nx_tasks_are_named_by_their_project_and_target() {
    let task = Case::line("node NM/nx/dist/bin/run-executor.js {}");
    task.is("nx run");
    task.with("NX_TASK_TARGET_PROJECT", "app")
        .with("NX_TASK_TARGET_TARGET", "build")
        .is("nx run app:build");
}

#[test]
fn native_tools_are_called_by_their_file() {
    check(&[
        ("NM/@esbuild/linux-x64/bin/esbuild --service=0.28.2 --ping", "esbuild service"),
        ("NM/@esbuild/linux-x64/bin/esbuild src/index.ts --bundle", "esbuild"),
        ("NM/@typescript/typescript-linux-x64/lib/tsc -p .", "tsc"),
        ("NM/@turbo/linux-64/bin/turbo run build", "turbo"),
        ("git rev-parse HEAD", "git"),
        ("/bin/true", "true"),
        ("-bash", "bash"),
    ]);
    Case::line("/proc/self/exe --type=zygote")
        .exe("/opt/chrome/headless_shell")
        .is("headless_shell");
    Case::argv(&["busybox"]).exe("/bin/busybox (deleted)").is("busybox");
    Case::argv(&["", "x"]).exe("/bin/busybox (deleted)").is("busybox");
}

#[test]
fn node_scripts_are_called_by_their_file_behind_all_of_nodes_options() {
    check(&[
        ("node server.js --port 80", "node server.js"),
        (
            "node --require ./hook.cjs --import ./x.mjs -C dev --conditions prod -- /app/src/a.js",
            "node a.js",
        ),
        ("node -r ts-node/register --enable-source-maps --inspect=0 src/a.ts", "node a.ts"),
        ("node --require=./hook.cjs --stack-trace-limit=50 a.js", "node a.js"),
        (
            "node --require NM/tsx/dist/preflight.cjs --import file:///x/loader.mjs src/a.ts",
            "tsx a.ts",
        ),
        ("node --test t", "node --test"),
        ("/usr/bin/node /app/t/a.test.js", "node a.test.js"),
        ("node --run build", "node --run build"),
        ("node --run=build", "node --run build"),
        ("node -e setTimeout(()=>{},1500)", "node -e"),
        ("node --eval=1", "node -e"),
        ("node -pe 1", "node -p"),
        ("node", "node"),
        ("node --require", "node"),
        ("node --", "node"),
    ]);
    Case::argv(&["node.exe", r"C:\app\server.js"]).is("node server.js");
}

#[test]
fn shells_show_the_script_that_they_were_handed() {
    for (argv, expected) in [
        (vec!["sh", "-c", "jest -w 3"], "sh: jest -w 3"),
        (vec!["sh", "-c", "'vitest' run --pool forks"], "sh: vitest run --pool forks"),
        (vec!["/bin/sh", "-c", "tsc\n  && echo\tdone"], "sh: tsc && echo done"),
        (vec!["sh", "-c", "--", "jest"], "sh: jest"),
        (vec!["bash", "-lc", "make"], "bash: make"),
        (vec!["bash", "--noprofile", "--norc", "-eo", "pipefail", "/tmp/step.sh"], "bash step.sh"),
        (vec!["cmd.exe", "/d", "/s", "/c", "\"jest\" -w 3"], "cmd: jest -w 3"),
        (vec!["bash"], "bash"),
        (
            vec!["sh", "-c", "webpack --mode production --config webpack.config.js"],
            "sh: webpack --mode production --config…",
        ),
        (vec!["sh", "-c", "curl --token hunter2 h"], "sh: curl --token [redacted] h"),
    ] {
        Case::argv(&argv).is(expected);
    }
}

#[test]
fn a_hook_is_named_where_it_is_not_the_script_that_was_asked_for() {
    let shell = Case::argv(&["sh", "-c", "node install.js"]).with("npm_package_name", "esbuild");
    let event = |event: &str, parent: &str| {
        shell.clone().with("npm_lifecycle_event", event).under(&[parent])
    };
    event("prebuild", "npm run build").is("prebuild: node install.js");
    event("build", "npm run build").is("sh: node install.js");
    event("test", "npm test").is("sh: node install.js");
    event("pretty", "npm run pretty").is("sh: node install.js");
    event("npx", "npx jest").is("sh: node install.js");
    event("postinstall", "npm install").is("esbuild postinstall: node install.js");
    event("install", "npm ci").is("esbuild install: node install.js");
    event("prebuild", "node build.js").is("sh: node install.js");
    shell.is("sh: node install.js");
}

#[test]
fn inherited_variables_rename_nothing() {
    for (line, expected) in
        [("node server.js", "node server.js"), ("git status", "git"), ("node NM/.bin/tsc", "tsc")]
    {
        let mut case = Case::line(line).under(&["jest worker 2", "jest", "npm test"]);
        for name in ENVIRONMENT_NAMES {
            case = case.with(name, "2");
        }
        case.is(expected);
    }
}

#[test]
fn no_variable_is_read_in_vain() {
    let hook = Case::argv(&["sh", "-c", "x"]).under(&["npm install"]);
    let task = Case::line("node NM/nx/bin/run-executor.js");
    let rows = [
        ("JEST_WORKER_ID", Case::line("node NM/jest-worker/build/processChild.js")),
        ("MOCHA_WORKER_ID", Case::line("node NM/mocha/lib/nodejs/worker.cjs")),
        ("NX_TASK_TARGET_PROJECT", task.clone().with("NX_TASK_TARGET_TARGET", "build")),
        ("NX_TASK_TARGET_TARGET", task.with("NX_TASK_TARGET_PROJECT", "app")),
        ("TINYPOOL_WORKER_ID", Case::line("node NM/tinypool/dist/entry/process.js")),
        ("VITEST", Case::line("node NM/tinypool/dist/entry/process.js")),
        ("npm_lifecycle_event", hook.clone()),
        ("npm_package_name", hook.with("npm_lifecycle_event", "postinstall")),
    ];
    assert_eq!(rows.each_ref().map(|(name, _)| *name).as_slice(), ENVIRONMENT_NAMES);
    for (name, case) in rows {
        let value = if name == "npm_lifecycle_event" { "prepack" } else { "2" };
        assert_ne!(case.clone().with(name, value).label(), case.label(), "{name}");
    }
}

#[test]
fn what_cannot_be_named_is_unknown() {
    Case::default().is("unknown");
    Case::argv(&[""]).is("unknown");
    Case::argv(&["\n\u{1b}[\0"]).is("[");
    Case::argv(&["\u{200b}\u{202e}"]).is("unknown");
    Case::default().exe("/usr/lib/systemd/systemd-udevd").is("systemd-udevd");
    Case::argv(&["/"]).exe("/").is("unknown");
}

proptest! {
    #[test]
    fn every_process_gets_one_short_printable_line(
        command in prop::collection::vec(prop_oneof![
            any::<String>(),
            prop::sample::select(vec!["node", "npm", "sh", "-c", "--", "-r", "run", "x", "/", "@", "", "NM/.bin/jest"])
                .prop_map(str::to_owned),
        ], 0..6),
        exe in prop::option::of(prop_oneof![any::<String>(), Just("/usr/bin/node".to_owned())]),
        environment in prop::collection::btree_map(
            prop::sample::select(ENVIRONMENT_NAMES).prop_map(str::to_owned), any::<String>(), 0..4),
        ancestors in prop::collection::vec(any::<String>(), 0..3),
    ) {
        let ancestors: Vec<&str> = ancestors.iter().map(String::as_str).collect();
        let portrait =
            Portrait { command: &command, exe: exe.as_deref(), environment: &environment, ancestors: &ancestors };
        let label = role(&portrait).label;
        prop_assert!((1..=40).contains(&label.chars().count()), "{label:?}");
        prop_assert!(!label.chars().any(char::is_control), "{label:?}");
        prop_assert_eq!(label.trim(), label.as_str());
    }
}
