//! Floor 2. A node command line taken apart: what node was told, and what the script is told.

/// Node's options that take the next argument as their value (node(1), and `node --help` of 20 to 26).
///
/// V8's own options are not among them: node takes their values after `=` alone.
const WITH_VALUE: &[&str] = &[
    "--allow-fs-read",
    "--allow-fs-write",
    "--build-snapshot-config",
    "-C",
    "--conditions",
    "--cpu-prof-dir",
    "--cpu-prof-interval",
    "--cpu-prof-name",
    "--debug-port",
    "--diagnostic-dir",
    "--disable-proto",
    "--disable-warning",
    "--dns-result-order",
    "--env-file",
    "--env-file-if-exists",
    "--experimental-config-file",
    "--experimental-default-type",
    "--experimental-loader",
    "--experimental-policy",
    "--experimental-sea-config",
    "--heap-prof-dir",
    "--heap-prof-interval",
    "--heap-prof-name",
    "--heapsnapshot-near-heap-limit",
    "--heapsnapshot-signal",
    "--icu-data-dir",
    "--import",
    "--input-type",
    "--inspect-port",
    "--inspect-publish-uid",
    "--loader",
    "--localstorage-file",
    "--max-http-header-size",
    "--network-family-autoselection-attempt-timeout",
    "--openssl-config",
    "-r",
    "--redirect-warnings",
    "--report-dir",
    "--report-directory",
    "--report-filename",
    "--report-signal",
    "--require",
    "--secure-heap",
    "--secure-heap-min",
    "--snapshot-blob",
    "--test-concurrency",
    "--test-global-setup",
    "--test-isolation",
    "--test-name-pattern",
    "--test-reporter",
    "--test-reporter-destination",
    "--test-shard",
    "--test-skip-pattern",
    "--test-timeout",
    "--title",
    "--tls-cipher-list",
    "--tls-keylog",
    "--trace-event-categories",
    "--trace-event-file-pattern",
    "--trace-require-module",
    "--unhandled-rejections",
    "--use-largepages",
    "--v8-pool-size",
    "--watch-kill-signal",
    "--watch-path",
];

/// The options after which there is code or a runner instead of a script, and what the label says of them.
const WITHOUT_SCRIPT: &[(&str, &str)] = &[
    ("-e", "node -e"),
    ("--eval", "node -e"),
    ("-p", "node -p"),
    ("-pe", "node -p"),
    ("--print", "node -p"),
    ("--test", "node --test"),
];

/// What a node process was started with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NodeCall<'a> {
    /// The file that node runs.
    pub(super) script: Option<&'a str>,
    /// What the script gets.
    pub(super) arguments: &'a [&'a str],
    /// The values of `--require`.
    pub(super) required: Vec<&'a str>,
    /// What node does when it runs no script: `node -e`, `node --run build`.
    pub(super) instead: Option<String>,
}

impl<'a> NodeCall<'a> {
    /// Reads the arguments that follow `node`.
    pub(super) fn read(arguments: &'a [&'a str]) -> Self {
        let mut call = Self::default();
        let mut at = 0;
        while let Some(&word) = arguments.get(at) {
            let (name, joined) =
                word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            let next = joined.or_else(|| arguments.get(at + 1).copied());
            if word == "--" || !word.starts_with('-') {
                let script = if word == "--" { at + 1 } else { at };
                call.script = arguments.get(script).copied();
                call.arguments = arguments.get(script + 1..).unwrap_or_default();
                return call;
            }
            if let Some((_, label)) = WITHOUT_SCRIPT.iter().find(|(option, _)| *option == name) {
                call.instead = Some((*label).to_owned());
                return call;
            }
            match (name, next) {
                ("--run", Some(task)) => {
                    call.instead = Some(format!("node --run {task}"));
                    return call;
                }
                ("-r" | "--require", Some(file)) => call.required.push(file),
                _ => {}
            }
            at += if joined.is_none() && WITH_VALUE.contains(&name) { 2 } else { 1 };
        }
        call
    }
}
