//! Floor 6. How fast processes came, and how many of them went at once.

use std::time::Duration;

use crate::analysis::summary::{cpu_millis, rounded};
use crate::stats::known_sum;
use crate::units::Elapsed;

use super::gather::Gathered;
use super::kin::{Kin, Use};
use super::shape::{ShortLived, Spawned};

/// How fast processes were started. Those of an attached session that lived already share the moment in which the root
/// was found.
pub(super) fn spawned(gathered: &Gathered, kin: &Kin, attached: bool) -> Spawned {
    let Some(root) = kin.order.first() else { return Spawned::default() };
    let found = gathered.members[*root].life.info.started;
    let others = kin.order.iter().skip(1).map(|place| gathered.members[*place].life.info.started);
    let mut births: Vec<Elapsed> = others.filter(|birth| !attached || *birth > found).collect();
    births.sort_unstable();
    let seconds = gathered.summary.duration_ms / 1e3;
    Spawned {
        processes: births.len() as u64,
        mean_per_second: (seconds > 0.0).then(|| rounded(births.len() as f64 / seconds)),
        peak_per_second: most_in_a_second(&births),
    }
}

/// The most moments of a sorted list that lie within less than a second.
fn most_in_a_second(moments: &[Elapsed]) -> u64 {
    let mut first = 0;
    let mut most = 0;
    for (last, moment) in moments.iter().enumerate() {
        while moment.since(moments[first]) >= Duration::from_secs(1) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most as u64
}

/// The processes that ended soon.
pub(super) fn short_lived(gathered: &Gathered, own: &[Use]) -> ShortLived {
    let limit = Duration::from_millis(ShortLived::LIMIT_MS);
    let (mut ended, mut short, mut cpu) = (0u64, 0u64, None);
    for (member, own) in gathered.members.iter().zip(own) {
        let Some(end) = member.ended() else { continue };
        ended += 1;
        if end.since(member.life.info.started) < limit {
            short += 1;
            cpu = known_sum(cpu, own.cpu);
        }
    }
    ShortLived {
        processes: short,
        share: (ended > 0).then(|| rounded(short as f64 / ended as f64)),
        cpu_ms: cpu.map(cpu_millis),
    }
}
