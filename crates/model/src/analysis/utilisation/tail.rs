//! Floor 6. The serial tail: the end of a run in which no two processes worked at once.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::process::ProcessKey;
use crate::units::{CpuTime, Elapsed};

use super::cast::Cast;
use super::shape::SerialTail;
use super::slice::Slice;

/// A stretch that no sample covers may be that long, since the last look at a tree takes its time; what happened in a
/// longer one is not known.
const HOLE_MAX: Duration = Duration::from_millis(100);

/// The longest end of the slices until a moment that is serial all through.
///
/// The processes may take turns in it: a tail is what more processors would not have made shorter, and the one that
/// used most of it is named.
pub(super) fn serial_tail(
    slices: &[Slice<'_>],
    until: Elapsed,
    cast: &Cast<'_>,
) -> Option<SerialTail> {
    let mut next = until;
    let is_serial = |slice: &&Slice<'_>| {
        let is_near = next.since(slice.at) <= HOLE_MAX;
        next = slice.from;
        is_near && (slice.seconds <= 0.0 || slice.work.is_some_and(|work| work.is_serial))
    };
    let length = slices.iter().rev().take_while(is_serial).count();
    let tail = &slices[slices.len() - length..];
    let from = tail.iter().find(|slice| slice.seconds > 0.0)?.from;
    let seconds: f64 = tail.iter().map(|slice| slice.seconds).sum();
    let cpu: CpuTime = tail.iter().filter_map(|slice| slice.work).map(|work| work.cpu).sum();
    let leader = leader(tail);
    let image = leader.and_then(|leader| cast.image(leader.key, leader.last_at));
    let rest_ms = Elapsed::ZERO + until.since(from);
    let rest_ms = rest_ms.as_millis();
    Some(SerialTail {
        from_ms: from.as_millis(),
        duration_ms: rest_ms,
        share: rest_ms / until.as_millis(),
        cpu_ms: cpu.as_millis(),
        cores_mean: cpu.as_millis() / (seconds * 1e3),
        pid: leader.map(|leader| leader.key.pid),
        start_time: leader.map(|leader| leader.key.start),
        name: image.map(|image| image.name.clone()),
        role: image.and_then(|image| image.role.clone()),
        cpu_share: leader
            .filter(|_| cpu > CpuTime::ZERO)
            .map(|leader| (leader.cpu.as_millis() / cpu.as_millis()).min(1.0)),
    })
}

#[derive(Debug, Clone, Copy)]
struct Leader {
    key: ProcessKey,
    cpu: CpuTime,
    /// When it last worked most.
    last_at: Elapsed,
}

/// The process that used most as the one that worked most.
fn leader(tail: &[Slice<'_>]) -> Option<Leader> {
    let mut leaders: BTreeMap<ProcessKey, Leader> = BTreeMap::new();
    for slice in tail {
        let Some((key, cpu)) = slice.work.and_then(|work| work.leader) else { continue };
        let fresh = Leader { key, cpu: CpuTime::ZERO, last_at: slice.at };
        let leader = leaders.entry(key).or_insert(fresh);
        leader.cpu += cpu;
        leader.last_at = slice.at;
    }
    leaders.into_values().max_by_key(|leader| (leader.cpu, leader.key))
}
