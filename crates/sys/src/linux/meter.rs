//! Floor 7. What a thread has used and how much memory its process has, for those who ask before and after each call of a
//! function: in less than two microseconds, half of which the resident memory takes.
//!
//! The kernel brings `ru_utime` and `ru_stime` of getrusage(2) up to date at a tick of its clock or when the thread waits,
//! which is up to 10 ms late. Reading the thread's CPU clock brings them up to date at once, and is exact to the nanosecond.

use std::fs::File;
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use procmon_model::units::{Bytes, CpuTime};

use crate::linux::own::own_peak;
use crate::linux::{parse, syscall};
use crate::meter_reading::MeterReading;

/// How long a peak that is dear to read is good for.
const PEAK_GOOD_FOR: Duration = Duration::from_millis(1);

/// Longer than any `/proc/pid/statm`: seven numbers of at most twenty digits.
const STATM_BYTES: usize = 160;

/// Reads what the thread that it belongs to has used.
///
/// Its descriptor leads to the process that opened it: a child that was forked and executed no other program opens its own.
#[derive(Debug)]
pub struct Meter {
    /// `/proc/self/statm`.
    statm: Option<File>,
    page_bytes: u64,
    /// The user time that was told last. What is told never falls, though it is the difference of two readings.
    user: CpuTime,
    peak: Peak,
    /// The kernel tells a thread of itself alone.
    of_one_thread: PhantomData<*const ()>,
}

/// The largest resident memory. `ru_maxrss` of getrusage(2) costs nothing beside the times, and after execve(2) it is not less
/// than that of the process that executed: a small child of a large parent has to read `VmHWM` of `/proc/self/status`, which
/// costs twenty times as much.
#[derive(Debug)]
struct Peak {
    way: Way,
    /// What was told last.
    highest: Bytes,
}

#[derive(Debug)]
enum Way {
    /// There is no procfs to compare with.
    Unknown,
    /// `ru_maxrss` is our own.
    Cheap,
    /// `ru_maxrss` is that of whoever executed us, until it rises above that.
    Dear { inherited: Bytes, read: Instant },
}

impl Meter {
    /// A meter of the calling thread.
    pub fn open() -> Self {
        Self {
            statm: File::open("/proc/self/statm").ok(),
            page_bytes: syscall::page_bytes(),
            user: CpuTime::ZERO,
            peak: Peak::new(),
            of_one_thread: PhantomData,
        }
    }

    /// The totals of this moment.
    pub fn read(&mut self) -> MeterReading {
        let cpu = syscall::thread_cpu();
        let usage = syscall::usage(libc::RUSAGE_THREAD);
        let system = usage.map(|usage| syscall::cpu_time(usage.ru_stime));
        let rss = self.rss();
        MeterReading {
            cpu_user: system.map(|system| self.user_of(cpu, system)),
            cpu_system: system,
            of_thread: true,
            children: syscall::usage(libc::RUSAGE_CHILDREN)
                .map(|of| syscall::cpu_time(of.ru_utime) + syscall::cpu_time(of.ru_stime)),
            rss,
            // Of a thread it is that of its process (getrusage(2)).
            rss_peak: usage.and_then(|usage| self.peak.now(peak_of(&usage), rss)),
        }
    }

    fn user_of(&mut self, cpu: CpuTime, system: CpuTime) -> CpuTime {
        self.user = self.user.max(cpu.saturating_sub(system));
        self.user
    }

    fn rss(&self) -> Option<Bytes> {
        let mut line = [0; STATM_BYTES];
        let length = self.statm.as_ref()?.read_at(&mut line, 0).ok()?;
        let statm = parse::Statm::parse(line.get(..length)?)?;
        Some(Bytes::new(statm.resident.saturating_mul(self.page_bytes)))
    }
}

impl Peak {
    fn new() -> Self {
        let usage = syscall::usage(libc::RUSAGE_THREAD);
        // Read second, so that one that has grown meanwhile is not taken for a smaller one.
        let own = own_peak();
        let way = match (usage.as_ref().map(peak_of), own) {
            (Some(told), Some(own)) if told <= own => Way::Cheap,
            (Some(inherited), Some(_)) => Way::Dear { inherited, read: Instant::now() },
            _ => Way::Unknown,
        };
        Self { way, highest: own.unwrap_or_default() }
    }

    /// The peak, where `told` is `ru_maxrss`.
    fn now(&mut self, told: Bytes, rss: Option<Bytes>) -> Option<Bytes> {
        let seen = match &mut self.way {
            Way::Unknown => return None,
            Way::Cheap => told,
            Way::Dear { inherited, .. } if told > *inherited => {
                self.way = Way::Cheap;
                told
            }
            Way::Dear { read, .. } if read.elapsed() >= PEAK_GOOD_FOR => {
                *read = Instant::now();
                own_peak().unwrap_or_default()
            }
            Way::Dear { .. } => Bytes::ZERO,
        };
        self.highest = self.highest.max(seen).max(rss.unwrap_or_default());
        Some(self.highest)
    }
}

/// The kernel tells it in KiB.
fn peak_of(usage: &libc::rusage) -> Bytes {
    Bytes::new(u64::try_from(usage.ru_maxrss).unwrap_or(0).saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::linux::support::{actor, is_actor, runs_elsewhere, test_path, within};

    const MIB: u64 = 1 << 20;

    /// Works until the thread's clock has moved on by that much.
    fn work(time: CpuTime) {
        let end = syscall::thread_cpu() + time;
        while syscall::thread_cpu() < end {
            std::hint::spin_loop();
        }
    }

    fn cpu(reading: MeterReading) -> CpuTime {
        reading.cpu_user.unwrap() + reading.cpu_system.unwrap()
    }

    #[test]
    fn a_thread_is_told_its_own_time_to_the_microsecond_and_nobody_elses() {
        let mut meter = Meter::open();
        let before = cpu(meter.read());
        std::thread::spawn(|| work(CpuTime::from_millis(30))).join().unwrap();
        let (started, work_of) = (syscall::thread_cpu(), CpuTime::from_nanos(300_000));
        work(work_of);
        let reading = meter.read();
        let ended = syscall::thread_cpu();
        assert!(reading.of_thread);
        let measured = cpu(reading).saturating_sub(before);
        assert!(measured >= work_of && measured < CpuTime::from_millis(30), "{measured:?}");
        // Both parts are rounded or taken a little apart, and the sum is off by a few microseconds at most.
        let slack = CpuTime::from_nanos(20_000);
        assert!(cpu(reading) + slack >= started + work_of && cpu(reading) <= ended + slack);
    }

    #[test]
    fn times_never_fall() {
        let mut meter = Meter::open();
        let mut last = meter.read();
        for _ in 0..20_000 {
            let reading = meter.read();
            assert!(reading.cpu_user >= last.cpu_user && reading.cpu_system >= last.cpu_system);
            assert!(reading.rss_peak >= last.rss_peak && reading.rss_peak >= reading.rss);
            last = reading;
        }
    }

    #[test]
    fn children_count_when_they_were_waited_for() {
        let mut meter = Meter::open();
        let before = meter.read().children.unwrap();
        let script = "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done";
        assert!(Command::new("/bin/sh").args(["-c", script]).status().unwrap().success());
        assert!(meter.read().children.unwrap() > before);
    }

    #[test]
    fn memory_that_is_written_to_is_resident() {
        if runs_elsewhere(&test_path!(), &[]) {
            return;
        }
        let mut meter = Meter::open();
        let before = meter.read().rss.unwrap();
        let memory = vec![1_u8; usize::try_from(256 * MIB).unwrap()];
        let after = meter.read().rss.unwrap();
        std::hint::black_box(memory);
        assert!(after.get() >= before.get() + 128 * MIB, "{before} {after}");
    }

    #[test]
    fn a_child_does_not_take_the_peak_of_its_parent_for_its_own() {
        let test = test_path!();
        if is_actor(&test) {
            return be_the_small_child();
        }
        let memory = vec![1_u8; usize::try_from(128 * MIB).unwrap()];
        let words = actor(&test);
        let output = Command::new(&words[0]).args(&words[1..]).output().unwrap();
        std::hint::black_box(memory);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    fn be_the_small_child() {
        let inherited = peak_of(&syscall::usage(libc::RUSAGE_SELF).unwrap());
        assert!(inherited.get() >= 128 * MIB, "{inherited}");
        let mut meter = Meter::open();
        assert!(meter.read().rss_peak.unwrap().get() < 64 * MIB);
        drop(std::hint::black_box(vec![1_u8; usize::try_from(80 * MIB).unwrap()]));
        let grown = 80 * MIB..128 * MIB;
        within("a peak that is read anew", || {
            grown.contains(&meter.read().rss_peak?.get()).then_some(())
        });
        let grown = inherited.get() + 16 * MIB;
        drop(std::hint::black_box(vec![1_u8; usize::try_from(grown).unwrap()]));
        let peak = meter.read().rss_peak.unwrap().get();
        assert!(matches!(meter.peak.way, Way::Cheap) && peak >= grown, "{peak}");
    }
}
