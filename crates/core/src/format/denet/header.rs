//! Floor 8. What a recording of denet's says of itself, as the header of one of ours.

use procmon_model::host::{Capabilities, Host, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::process::ProcessKey;
use procmon_model::record::{FORMAT, Header};
use procmon_model::redaction::redacted;
use procmon_model::settings::Settings;
use procmon_model::units::WallTime;

use super::shapes::{Env, Lscpu, Metadata};

/// What stands in the place of procmon's version.
const VERSION: &str = "denet";

const METRICS: MetricSet =
    MetricSet::CPU.with(MetricSet::MEMORY).with(MetricSet::IO).with(MetricSet::THREADS);

/// What denet cannot tell.
const REASONS: [&str; 4] = [
    "recorded by denet: processes that lived between two of its samples are missing, and so is what they used",
    "recorded by denet: processor time is its percentage times the interval between two samples; what a process used \
     before its second sample is missing",
    "recorded by denet: memory is the sum of resident memory, in which shared pages count once for each process",
    "recorded by denet: it keeps no exit code and no signal of any process",
];

/// Said of totals without the processes that they are of.
const TOTALS_ALONE: &str =
    "recorded by denet: the samples hold totals of the tree, and nothing of single processes";

/// What was said before the first numbers.
#[derive(Debug, Default)]
pub(super) struct Prelude {
    pub(super) env: Env,
    pub(super) about: Option<Metadata>,
    /// Whether it was written with the samples, long after they were taken, if it is later than them.
    pub(super) is_savers: bool,
}

/// What the first numbers show of a session.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outset {
    /// Milliseconds since 1970.
    pub(super) first_ms: u64,
    pub(super) attached: bool,
    pub(super) children: bool,
    pub(super) totals_alone: bool,
}

impl Prelude {
    /// The header. Times count from denet's own beginning, or from the first numbers where that is not known.
    pub(super) fn header(self, outset: &Outset) -> Header {
        let is_later = |about: &Metadata| about.t0_ms > outset.first_ms;
        let about = self.about.filter(|about| !(self.is_savers && is_later(about)));
        let began = about.as_ref().filter(|about| !is_later(about)).map(|about| about.t0_ms);
        let began_ms = began.unwrap_or(outset.first_ms);
        let pid = about.as_ref().map_or(0, |about| about.pid);
        Header {
            format: FORMAT,
            version: VERSION.to_owned(),
            root: ProcessKey { pid, start: 0 },
            command: about.as_ref().map(|about| redacted(&about.cmd)).unwrap_or_default(),
            executable: about.and_then(|about| about.executable),
            cwd: None,
            started_at: WallTime::from_nanos(began_ms.saturating_mul(1_000_000)),
            attached: outset.attached,
            host: host(self.env),
            capabilities: Capabilities {
                tier: Tier::Portable,
                metrics: METRICS,
                exact: false,
                reasons: reasons(outset),
                refused: Vec::new(),
            },
            settings: Settings {
                children: outset.children,
                metrics: METRICS,
                ..Settings::default()
            },
        }
    }
}

fn reasons(outset: &Outset) -> Vec<String> {
    let alone = outset.totals_alone.then_some(TOTALS_ALONE);
    REASONS.into_iter().chain(alone).map(str::to_owned).collect()
}

/// The machine. Only Linux has a denet that describes it.
fn host(env: Env) -> Host {
    let Lscpu { sockets, cores_per_socket, threads_per_core } = env.lscpu;
    let cpus = [sockets, cores_per_socket, threads_per_core]
        .into_iter()
        .try_fold(1_u64, |product, factor| product.checked_mul(factor?));
    Host {
        os: if env.kernel.is_some() { "linux" } else { "unknown" }.to_owned(),
        kernel: env.kernel,
        arch: "unknown".to_owned(),
        cpus: cpus.and_then(|cpus| u32::try_from(cpus).ok()).filter(|cpus| *cpus > 0),
        ..Host::default()
    }
}
