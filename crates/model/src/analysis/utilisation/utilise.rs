//! Floor 6. Utilisation, put together from a recording.

use std::time::Duration;

use crate::analysis::summary::Summary;
use crate::event::ProcessEvent;
use crate::fields::Measure;
use crate::record::Record;
use crate::recording::Recording;
use crate::sample::Sample;
use crate::stats::known_sum;
use crate::units::{Bytes, Elapsed};

use super::cast::Cast;
use super::concurrency::concurrency;
use super::cpu::cpu_use;
use super::cut::slices;
use super::flow::{Course, of_living};
use super::memory::memory_use;
use super::phases::phases;
use super::shape::{Faults, MemoryUse, Spread, Utilisation, Waits};
use super::slice::Slice;
use super::slot::Slots;
use super::spread::Series;

/// How a session used what the machine has. What a summary says, too, is the same here and there.
pub fn utilisation(recording: &Recording) -> Utilisation {
    let summary = Summary::from(recording);
    let until = until(&summary);
    let cast = Cast::of(recording);
    let mut slots = Slots::new(recording.samples().count(), until);
    let slices = slices(recording, until, &cast, &mut slots);
    let course =
        Course { seconds: summary.duration_ms / 1e3, interval: recording.header.settings.interval };
    let flow = |total, of: fn(&Sample) -> Option<Bytes>| course.flow(&slices, total, of);
    let processors = recording.header.host.cpus.or(recording.header.host.cpus_available);
    let memory = memory_use(&slices, &cast, |sample| sample.memory);
    Utilisation {
        duration_ms: summary.duration_ms,
        samples: summary.samples,
        covered_ms: slices.iter().map(Slice::ms).sum(),
        cpu: cpu_use(&slices, &summary),
        memory: MemoryUse {
            peak_bytes: summary.memory_peak_bytes,
            peak_at_ms: summary.memory_peak_at_ms,
            ..memory
        },
        rss_sum: memory_use(&slices, &cast, |sample| sample.rss_sum),
        read: flow(summary.read_bytes, |sample| sample.read),
        written: flow(summary.written_bytes, |sample| sample.written),
        read_chars: flow(None, |sample| of_living(sample, |counters| counters.read_chars)),
        written_chars: flow(None, |sample| of_living(sample, |counters| counters.written_chars)),
        net_rx: flow(summary.net_rx_bytes, |sample| {
            let departed = sample.departed_net.map(|net| net.received);
            known_sum(of_living(sample, |counters| counters.net_received), departed)
        }),
        net_tx: flow(summary.net_tx_bytes, |sample| {
            let departed = sample.departed_net.map(|net| net.sent);
            known_sum(of_living(sample, |counters| counters.net_sent), departed)
        }),
        faults: Faults {
            minor: summary.minor_faults.or_else(|| counted(&slices, "minorFaults")),
            major: summary.major_faults.or_else(|| counted(&slices, "majorFaults")),
        },
        threads: spread(&slices, "threadCount"),
        fds: spread(&slices, "fdCount"),
        processes: spread(&slices, "processCount"),
        processes_peak: summary.processes_peak,
        processes_seen: summary.processes_seen,
        waits: waits(&summary),
        concurrency: concurrency(&slices, processors, until, &cast),
        phases: phases(&slots.slots, summary.duration_ms, &births(recording)),
        command: summary.command,
    }
}

/// The moment up to which the summary counts: where what outlived the command was ended, the watching went on.
fn until(summary: &Summary) -> Elapsed {
    Elapsed::ZERO + Duration::from_secs_f64(summary.duration_ms / 1e3)
}

fn births(recording: &Recording) -> Vec<Elapsed> {
    let started = recording.records.iter().filter_map(|record| match record {
        Record::Event(ProcessEvent::Started { process, .. }) => Some(process.started),
        _ => None,
    });
    started.collect()
}

fn spread(slices: &[Slice<'_>], field: &str) -> Spread {
    let mut series = Series::default();
    for slice in slices {
        let value = Measure::named(field).and_then(|measure| measure.of(slice.sample));
        series.add(value, slice.seconds);
    }
    series.spread()
}

fn counted(slices: &[Slice<'_>], field: &str) -> Option<u64> {
    let field = Measure::named(field)?.field();
    slices.iter().map(|slice| (field.value)(slice.sample)).fold(None, known_sum)
}

fn waits(summary: &Summary) -> Waits {
    let stalled = summary.pressure.filter(|_| summary.duration_ms > 0.0);
    Waits {
        run_delay_ms: summary.run_delay_ms,
        block_delay_ms: summary.block_delay_ms,
        pressure: summary.pressure,
        memory_stalled_share: stalled
            .map(|pressure| (pressure.memory_some_ms / summary.duration_ms).min(1.0)),
    }
}
