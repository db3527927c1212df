//! Floor 7. The time of a session, and the kernel's times in its terms.

use std::time::Duration;

use procmon_model::ports::Clock;
use procmon_model::units::{Elapsed, WallTime};

use crate::linux::{kernel::time, syscall};
use crate::world::Moments;

const NS_PER_SECOND: u64 = 1_000_000_000;

/// A clock that counts from its creation on `CLOCK_MONOTONIC`, on which the kernel stamps its events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionClock {
    origin: u64,
    started_at: WallTime,
    ticks_per_second: u64,
}

impl SessionClock {
    /// A clock at zero.
    pub(crate) fn start() -> Self {
        Self {
            origin: time::monotonic(),
            started_at: WallTime::from_nanos(time::wall()),
            ticks_per_second: syscall::ticks_per_second(),
        }
    }

    /// The session's time at a moment of `CLOCK_MONOTONIC`, in nanoseconds; zero before the session.
    pub(crate) const fn at(&self, monotonic: u64) -> Elapsed {
        Elapsed::from_nanos(monotonic.saturating_sub(self.origin))
    }

    /// The same for other threads.
    pub(crate) const fn moments(&self) -> Moments {
        Moments { origin: self.origin }
    }

    /// How `CLOCK_MONOTONIC` turns into the start times of `/proc/pid/stat` at the moment.
    ///
    /// Good until the machine sleeps: the one clock stands still then and the other, which start times go by, does not.
    pub(crate) fn ticks(&self) -> Ticks {
        // The later reading comes second, so that the difference is never too small.
        let monotonic = time::monotonic();
        let slept = time::since_boot().saturating_sub(monotonic);
        Ticks { slept, tick: Duration::from_nanos(NS_PER_SECOND / self.ticks_per_second.max(1)) }
    }
}

impl Clock for SessionClock {
    fn now(&self) -> Elapsed {
        self.at(time::monotonic())
    }

    fn started_at(&self) -> WallTime {
        self.started_at
    }
}

/// Turns moments of `CLOCK_MONOTONIC` into start times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks {
    slept: u64,
    tick: Duration,
}

/// The start time of a process whose birth was told at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StartTime {
    /// In ticks since boot.
    pub(crate) ticks: u64,
    /// Whether the kernel, which stamps the event a little after the process, may have counted one tick less.
    pub(crate) doubtful: bool,
}

impl Ticks {
    /// The start time of a process whose birth was told at this moment.
    pub(crate) fn start_time(&self, monotonic: u64) -> StartTime {
        /// Much longer than it takes from the one stamp to the other, unless the kernel is interrupted in between.
        const STAMPS_APART: u128 = 1_000_000;
        let since_boot = u128::from(monotonic) + u128::from(self.slept);
        let tick = self.tick.as_nanos().max(1);
        StartTime {
            ticks: u64::try_from(since_boot / tick).unwrap_or(u64::MAX),
            doubtful: since_boot % tick < STAMPS_APART,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::image;

    const TICK: Duration = Duration::from_millis(10);

    #[test]
    fn a_moment_before_the_session_is_its_beginning() {
        let clock = SessionClock::start();
        assert_eq!(clock.at(clock.origin - 1), Elapsed::ZERO);
        assert_eq!(clock.at(clock.origin + 7), Elapsed::from_nanos(7));
        assert_eq!(clock.moments().at(clock.origin + 7), Some(Elapsed::from_nanos(7)));
        assert_eq!(clock.moments().at(clock.origin - 1), None);
    }

    #[test]
    fn the_time_that_the_machine_slept_counts_for_start_times() {
        let ticks = Ticks { slept: 5_000_000_000, tick: TICK };
        let start = ticks.start_time(1_004_000_000);
        assert_eq!(start, StartTime { ticks: 600, doubtful: false });
    }

    #[test]
    fn a_start_time_just_after_a_tick_is_doubtful() {
        let ticks = Ticks { slept: 0, tick: TICK };
        assert_eq!(ticks.start_time(20_000_100), StartTime { ticks: 2, doubtful: true });
        assert!(!ticks.start_time(21_000_000).doubtful);
    }

    #[test]
    fn a_process_born_now_has_the_start_time_of_now() {
        let clock = SessionClock::start();
        let before = clock.ticks().start_time(time::monotonic()).ticks;
        let mut child = std::process::Command::new("sleep").arg("10").spawn().unwrap();
        let start = image::stat(child.id()).unwrap().start;
        let after = clock.ticks().start_time(time::monotonic()).ticks;
        child.kill().unwrap();
        child.wait().unwrap();
        assert!((before..=after).contains(&start), "{before} {start} {after}");
    }
}
