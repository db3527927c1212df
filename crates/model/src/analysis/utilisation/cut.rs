//! Floor 6. The time of a session cut into the intervals of its samples.

use crate::event::ProcessEvent;
use crate::record::Record;
use crate::recording::Recording;
use crate::units::Elapsed;

use super::cast::Cast;
use super::slice::Slice;
use super::slot::Slots;
use super::work::{Follower, work};

/// The slices of a recording until a moment: what was watched afterwards is not the command's.
pub(super) fn slices<'a>(
    recording: &'a Recording,
    until: Elapsed,
    cast: &Cast<'a>,
    slots: &mut Slots<'a>,
) -> Vec<Slice<'a>> {
    let mut follower = Follower::default();
    let mut slices = Vec::new();
    let mut passed = Elapsed::ZERO;
    for record in &recording.records {
        match record {
            Record::Event(event) => follow(&mut follower, event),
            Record::Sample(sample) => {
                let deeds = follower.deeds(sample);
                let from = sample.from.max(passed);
                let at = sample.at.min(until).max(from);
                if from > until || (from == until && sample.from < sample.at) {
                    continue;
                }
                let seconds = at.since(from).as_secs_f64();
                let slice = Slice { sample, from, at, seconds, work: work(&deeds, sample) };
                passed = at;
                slots.add(&slice, &deeds.deeds, cast);
                slices.push(slice);
            }
            _ => {}
        }
    }
    slices
}

fn follow(follower: &mut Follower, event: &ProcessEvent) {
    match event {
        ProcessEvent::Started { process, .. } => follower.started(process.key, process.started),
        ProcessEvent::Ended { at, key, last, .. } => follower.ended(*key, *at, last),
        ProcessEvent::Renamed { .. } | ProcessEvent::Lost { .. } => {}
    }
}
