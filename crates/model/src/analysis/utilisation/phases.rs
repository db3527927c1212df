//! Floor 6. The phases of a run: where its use of the machine changes, and what to call the stretches between.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::stats::time_weighted_mean;
use crate::units::{CpuTime, Elapsed};

use super::segments::Series;
use super::shape::{Phase, PhaseRole};
use super::slot::{Area, FEATURES, Slot};

/// The most phases: more are no help to a person.
const PHASES_MAX: usize = 6;
/// The shortest phase, as a part of the run.
const SHORTEST: f64 = 0.03;
/// A series that moves by less than that part of its mean tells nothing of a phase.
const STEADY: f64 = 0.05;
/// Which feature is a rate of storage: it comes in bursts, and counts by its logarithm.
const IO: usize = 2;
/// Roles that a phase lists.
const ROLES_MAX: usize = 5;
/// A beginning is a startup if it is at most that part of the run.
const STARTUP: f64 = 1.0 / 3.0;
/// Less than that of a core is idle.
const IDLE: f64 = 0.05;
/// That near to a whole number of cores, a phase is said to have kept so many busy.
const NEARLY: f64 = 0.25;
/// The part of the processor time that gives a phase its name.
const DOMINANT: f64 = 0.6;

/// The phases that lie in the slots of a run of that length, at the moments in which processes were born.
pub(super) fn phases(slots: &[Slot<'_>], duration_ms: f64, births: &[Elapsed]) -> Vec<Phase> {
    let seconds: Vec<f64> = slots.iter().map(|slot| slot.seconds).collect();
    let rows: Vec<Vec<f64>> =
        (0..FEATURES).map(|feature| standardised(slots, feature, &seconds)).collect();
    let shortest = SHORTEST * seconds.iter().sum::<f64>();
    let series = Series { rows: &rows, seconds: &seconds, shortest, parts_max: PHASES_MAX };
    let starts = series.parts();
    let mut phases: Vec<Phase> = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        let until = starts.get(index + 1).copied();
        let from_ms = phases.last().map_or(0.0, |before| before.at_ms);
        let at_ms = until.map_or(duration_ms, |until| slots[until].from.as_millis());
        let slots = &slots[*start..until.unwrap_or(slots.len())];
        let born = births.iter().filter(|at| from_ms <= at.as_millis());
        let born = born.filter(|at| at.as_millis() < at_ms || until.is_none()).count();
        phases.push(phase(slots, (from_ms, at_ms), born as u64));
    }
    name(&mut phases, duration_ms);
    phases
}

/// A feature in units of its own deviation, its mean 0; an unknown value is as usual.
fn standardised(slots: &[Slot<'_>], feature: usize, seconds: &[f64]) -> Vec<f64> {
    let value = |slot: &Slot<'_>| {
        let mean = slot.features[feature].mean()?;
        Some(if feature == IO { mean.ln_1p() } else { mean })
    };
    let values: Vec<Option<f64>> = slots.iter().map(value).collect();
    let known = || values.iter().zip(seconds).filter_map(|(value, time)| Some(((*value)?, *time)));
    let mean = time_weighted_mean(known()).unwrap_or(0.0);
    let squares = known().map(|(value, time)| ((value - mean).powi(2), time));
    let deviation = time_weighted_mean(squares).unwrap_or(0.0).sqrt();
    let scale = deviation.max(STEADY * mean.abs());
    let standard = |value: &Option<f64>| match value {
        Some(value) if scale > 0.0 => (value - mean) / scale,
        _ => 0.0,
    };
    values.iter().map(standard).collect()
}

fn phase(slots: &[Slot<'_>], (from_ms, at_ms): (f64, f64), processes_started: u64) -> Phase {
    let mut features = [Area::default(); FEATURES];
    for slot in slots {
        for (sum, feature) in features.iter_mut().zip(slot.features) {
            sum.add(feature);
        }
    }
    let [cores, memory, io, processes] = features.map(Area::mean);
    Phase {
        name: String::new(),
        from_ms,
        at_ms,
        cores_mean: cores,
        memory_mean_bytes: memory,
        io_bytes_per_second_mean: io,
        processes_mean: processes,
        processes_started,
        roles: roles(slots),
    }
}

/// Who used the processor time of the slots that is known to be somebody's.
fn roles(slots: &[Slot<'_>]) -> Vec<PhaseRole> {
    let mut doers = BTreeMap::new();
    for (doer, cpu) in slots.iter().flat_map(|slot| &slot.doers) {
        *doers.entry(*doer).or_insert(CpuTime::ZERO) += *cpu;
    }
    let all: f64 = doers.values().map(|cpu| cpu.as_millis()).sum();
    let mut by_role: BTreeMap<&str, (usize, CpuTime)> = BTreeMap::new();
    for ((role, _), cpu) in doers {
        let (processes, sum) = by_role.entry(role).or_default();
        *processes += 1;
        *sum += cpu;
    }
    let mut roles: Vec<_> = by_role.into_iter().collect();
    roles.sort_by_key(|(role, (_, cpu))| (Reverse(*cpu), *role));
    roles.truncate(ROLES_MAX);
    let role = |(role, (processes, cpu)): (&str, (usize, CpuTime))| PhaseRole {
        role: role.to_owned(),
        processes,
        cpu_ms: cpu.as_millis(),
        share: if all > 0.0 { cpu.as_millis() / all } else { 0.0 },
    };
    roles.into_iter().map(role).collect()
}

/// Names the phases by who worked in them and how much.
fn name(phases: &mut [Phase], duration_ms: f64) {
    let busiest = phases.iter().filter_map(|phase| phase.cores_mean).fold(0.0, f64::max);
    let count = phases.len();
    for (index, phase) in phases.iter_mut().enumerate() {
        let is_short = phase.at_ms - phase.from_ms <= STARTUP * duration_ms;
        let is_quieter = phase.cores_mean.is_some_and(|cores| cores < busiest);
        let is_startup = index == 0 && count > 1 && is_short && is_quieter;
        phase.name = if is_startup { "startup".to_owned() } else { words(phase) };
    }
}

fn words(phase: &Phase) -> String {
    let Some(cores) = phase.cores_mean else { return "unknown load".to_owned() };
    if cores < IDLE {
        return "idle".to_owned();
    }
    let is_whole = cores >= 1.0 - NEARLY && (cores - cores.round()).abs() <= NEARLY;
    let cores = match format!("{cores:.0}").as_str() {
        _ if !is_whole => format!("{cores:.1} cores"),
        "1" => "1 core".to_owned(),
        whole => format!("{whole} cores"),
    };
    format!("{}, {cores}", doers(&phase.roles))
}

/// The role that did most of the work, the two that did most together, or the fact that it was many.
fn doers(roles: &[PhaseRole]) -> String {
    match roles {
        [] => "unseen work".to_owned(),
        [one] => plural(one),
        [one, ..] if one.share >= DOMINANT => plural(one),
        [one, two, ..] if one.share + two.share >= DOMINANT => {
            format!("{} and {}", plural(one), plural(two))
        }
        _ => "mixed work".to_owned(),
    }
}

/// "jest workers" of more than one "jest worker".
fn plural(role: &PhaseRole) -> String {
    let is_many =
        role.processes > 1 && (role.role.ends_with(" worker") || role.role.ends_with(" fork"));
    if is_many { format!("{}s", role.role) } else { role.role.clone() }
}
