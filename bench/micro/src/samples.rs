//! Floor 12. What one process costs in one sample, and what the sources of events cost: processor time of this thread.

use std::io;
use std::time::{Duration, Instant};

use procmon_model::ports::{EventSource, Found};
use procmon_sys::Accounting;
use serde_json::{Value, json};

use crate::burners::{Burners, Work};
use crate::crowd::Crowd;
use crate::raw;
use crate::readers::{Bare, Ours, Reader, Sysinfo, key, world};

/// How many processes a sample has.
const PROCESSES: usize = 20;

/// How often idle processes are read in a row, since one pass over them is too short to be timed.
const IDLE_PASSES: u32 = 50;

/// Processes of others: few, and many.
const CROWDS: [(&str, usize); 2] = [("fewNs", 100), ("manyNs", 5000)];

/// For how long the source of events that looks is watched.
const LOOKING: Duration = Duration::from_millis(500);

/// The time between two of its looks.
const TICK: Duration = Duration::from_millis(5);

/// Everything, as one document.
pub(crate) fn run(rounds: usize) -> io::Result<Value> {
    let mut burners = Burners::start(PROCESSES)?;
    Ok(json!({
        "processes": PROCESSES,
        "warm": active(&mut burners, Work::Brief, rounds)?,
        "cold": active(&mut burners, Work::Long, rounds)?,
        "idle": idle(&burners, rounds)?,
        "discovery": discovery(&burners, rounds.min(5))?,
        "setup": { "events": setup(Accounting::Events, rounds), "poll": setup(Accounting::Poll, rounds) },
    }))
}

/// A pass over processes each of which has worked since the pass before.
fn active(burners: &mut Burners, work: Work, rounds: usize) -> io::Result<Vec<Value>> {
    let pids = burners.pids();
    let mut ours = Ours::open(&pids)?;
    let mut bare = Bare::open(&pids, &["stat", "io"])?;
    let mut sysinfo = Sysinfo::open(&pids)?;
    let mut rows = Vec::new();
    // The first round opens files and fills caches.
    for round in 0..=rounds {
        let mut nanos = [0; 3];
        for turn in 0..3 {
            let which = (turn + round) % 3;
            let reader: &mut dyn Reader = [&mut ours as &mut dyn Reader, &mut bare, &mut sysinfo]
                .into_iter()
                .nth(which)
                .ok_or(io::ErrorKind::NotFound)?;
            burners.work(work)?;
            nanos[which] = passes(reader, 1)?;
        }
        rows.push(json!({ "oursNs": nanos[0], "bareNs": nanos[1], "sysinfoNs": nanos[2] }));
    }
    Ok(rows.split_off(1))
}

/// Passes over processes that sleep.
fn idle(burners: &Burners, rounds: usize) -> io::Result<Vec<Value>> {
    let pids = burners.pids();
    let mut ours = Ours::open(&pids)?;
    let mut clock = Bare::open(&pids, &[])?;
    let mut sysinfo = Sysinfo::open(&pids)?;
    let mut rows = Vec::new();
    for _ in 0..=rounds {
        let bare = passes(&mut clock, IDLE_PASSES)?;
        let ours = passes(&mut ours, IDLE_PASSES)?;
        let sysinfo = passes(&mut sysinfo, IDLE_PASSES)?;
        rows.push(json!({ "oursNs": ours, "bareNs": bare, "sysinfoNs": sysinfo }));
    }
    Ok(rows.split_off(1))
}

/// Nanoseconds of this thread's processor time for each process of each pass.
fn passes(reader: &mut dyn Reader, count: u32) -> io::Result<u64> {
    let begun = raw::thread_cpu();
    for _ in 0..count {
        reader.read()?;
    }
    let each = raw::thread_cpu().saturating_sub(begun)
        / count
        / u32::try_from(PROCESSES).unwrap_or(u32::MAX);
    Ok(nanos(each))
}

/// What a look at the range of new process numbers costs, beside few foreign processes and beside many.
fn discovery(burners: &Burners, rounds: usize) -> io::Result<Vec<Value>> {
    let root = key(burners.pids()[0])?;
    let mut rows = Vec::new();
    for _ in 0..rounds {
        let mut row = serde_json::Map::new();
        for (name, count) in CROWDS {
            let crowd = Crowd::gather(count)?;
            let mut world = world(Accounting::Poll)?;
            world.events.watch(root, Found::Running, true)?;
            row.insert(name.to_owned(), look(&mut *world.events).into());
            drop(crowd);
        }
        rows.push(row.into());
    }
    Ok(rows)
}

/// Nanoseconds of this thread's processor time for each look.
fn look(events: &mut dyn EventSource) -> u64 {
    let (begun, mut seen) = (raw::thread_cpu(), Vec::new());
    let until = events.now() + LOOKING;
    while events.now() < until {
        events.wait(until, &mut seen);
    }
    let looks = u32::try_from(LOOKING.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX);
    nanos(raw::thread_cpu().saturating_sub(begun) / looks)
}

/// How long opening the system takes with one source of events, its self-test included; the reason where it fails.
fn setup(accounting: Accounting, rounds: usize) -> Value {
    let mut rows = Vec::new();
    for _ in 0..rounds {
        let (begun, cpu) = (Instant::now(), raw::thread_cpu());
        if let Err(error) = world(accounting) {
            return json!({ "error": error.to_string() });
        }
        let used = raw::thread_cpu().saturating_sub(cpu);
        rows.push(json!({ "wallNs": nanos(begun.elapsed()), "cpuNs": nanos(used) }));
    }
    rows.into()
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
