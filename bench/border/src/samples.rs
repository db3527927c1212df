//! Floor 12. Samples of busy processes, of the shape and size that a session of the default profile has.

use procmon_model::process::{Count, Counters, Gauges, Growth, ProcessKey, ProcessState};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::units::{Bytes, CpuTime, Elapsed};

/// The time between two samples, to the nanosecond as it comes out in life.
const INTERVAL_NS: u64 = 100_031_847;

/// That many samples in a row, each with that many processes that all worked since the one before.
pub(crate) fn samples(count: u32, processes: u32) -> Vec<Sample> {
    (0..u64::from(count)).map(|number| sample(number, processes)).collect()
}

fn sample(number: u64, processes: u32) -> Sample {
    let mut wobble = Wobble(number.wrapping_mul(7919).wrapping_add(1));
    let uses: Vec<_> = (0..processes).map(|index| process(index, &mut wobble)).collect();
    Sample {
        from: Elapsed::from_nanos(number * INTERVAL_NS),
        at: Elapsed::from_nanos((number + 1) * INTERVAL_NS),
        cpu: Some(CpuTime::from_nanos(wobble.around(180_000_000))),
        departed_cpu: Some(CpuTime::from_nanos(wobble.around(2_000_000))),
        read: Some(Bytes::new(0)),
        written: Some(Bytes::new(wobble.around(400_000))),
        rss_sum: Some(Bytes::new(wobble.around(3_000_000_000))),
        memory: Some(Bytes::new(wobble.around(1_200_000_000))),
        thread_count: Some(u64::from(processes) * 11),
        took: CpuTime::from_nanos(wobble.around(700_000)),
        processes: uses,
        ..Sample::default()
    }
}

/// Null is what is null in life: what needs a kernel's setting or an option, and the proportional size between its readings.
fn process(index: u32, wobble: &mut Wobble) -> ProcessUse {
    let cpu = wobble.around(3_500_000);
    let rss = wobble.around(60_000_000);
    let growth = Growth(Counters {
        cpu: Some(CpuTime::from_nanos(cpu)),
        cpu_user: Some(CpuTime::from_nanos(cpu / 4 * 3)),
        cpu_system: Some(CpuTime::from_nanos(cpu / 4)),
        faults_minor: Some(Count(wobble.around(90))),
        faults_major: Some(Count(0)),
        read: Some(Bytes::new(0)),
        written: Some(Bytes::new(wobble.around(8000))),
        read_chars: Some(Bytes::new(wobble.around(70_000))),
        written_chars: Some(Bytes::new(wobble.around(9000))),
        run_delay: Some(CpuTime::from_nanos(wobble.around(600_000))),
        block_delay: None,
        switches_voluntary: Some(Count(wobble.around(25))),
        switches_forced: Some(Count(wobble.around(3))),
        net_received: None,
        net_sent: None,
    });
    let gauges = Gauges {
        rss: Some(Bytes::new(rss)),
        rss_peak: Some(Bytes::new(rss + 200_704)),
        shared: Some(Bytes::new(wobble.around(40_000_000))),
        pss: None,
        swap: Some(Bytes::new(0)),
        virtual_size: Some(Bytes::new(wobble.around(1_100_000_000))),
        threads: Some(11),
        fds: Some(23),
        state: Some(if cpu.is_multiple_of(2) {
            ProcessState::Running
        } else {
            ProcessState::Sleeping
        }),
    };
    ProcessUse { key: ProcessKey { pid: 31_000 + index, start: 22_571_920 }, growth, gauges }
}

/// Numbers that differ from one to the next and are the same in every run.
struct Wobble(u64);

impl Wobble {
    /// A number between half of this one and one and a half.
    fn around(&mut self, middle: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        middle / 2 + (self.0 >> 33) % middle.max(1)
    }
}
