//! Floor 7. The threads of one process, and what those of each name have used.
//!
//! The clocks of other processes' threads cannot be asked for, so each thread costs the reading of a file. None is kept
//! open: a process may have hundreds of threads, and each would cost a descriptor.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::time::{Duration, Instant};

use procmon_model::process::{ProcessKey, ThreadReading};
use procmon_model::units::CpuTime;

use super::files::{Reader, is_gone};
use crate::linux::parse::Schedstat;

/// How often the names are read again of threads that are known, and threads are looked for though their number has not
/// changed.
const INTERVAL: Duration = Duration::from_secs(1);

/// How many names of one process are kept whose threads have all ended. Some programs give each thread a name of its own.
const MOST_ENDED: usize = 128;

/// What is kept of the threads of one process.
#[derive(Default)]
pub(super) struct Named {
    threads: HashMap<u32, Thread>,
    totals: BTreeMap<String, Total>,
    listed: Option<Instant>,
    /// The process's clock when its threads were last read.
    cpu: Option<CpuTime>,
}

struct Thread {
    name: String,
    cpu: CpuTime,
}

#[derive(Default)]
struct Total {
    count: u32,
    cpu: CpuTime,
    /// Whether this very total has been handed out.
    told: bool,
}

/// One look at the threads of a process.
#[derive(Debug, Clone, Copy)]
pub(super) struct ThreadLook {
    pub(super) key: ProcessKey,
    /// The process's clock.
    pub(super) cpu: CpuTime,
    /// How many threads it has.
    pub(super) count: u32,
    pub(super) now: Instant,
}

impl Named {
    /// Reads the threads, if the process has worked since; answers whether it has.
    pub(super) fn look(&mut self, look: &ThreadLook, reader: &mut Reader) -> bool {
        if self.cpu == Some(look.cpu) {
            return false;
        }
        let pid = look.key.pid;
        let is_old = self.listed.is_none_or(|listed| look.now.duration_since(listed) >= INTERVAL);
        if is_old || u32::try_from(self.threads.len()) != Ok(look.count) {
            self.list(pid, is_old, reader);
            self.listed = if is_old { Some(look.now) } else { self.listed };
        }
        self.read(pid, reader);
        self.cpu = Some(look.cpu);
        true
    }

    /// Looks who is there. A thread may give itself another name at any time; most do so once, at their start.
    fn list(&mut self, pid: u32, names_too: bool, reader: &mut Reader) {
        let Ok(folder) = fs::read_dir(reader.procfs.file(pid, "task")) else { return };
        let numbers = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let numbers: HashSet<u32> = numbers.collect();
        self.threads.retain(|number, _| numbers.contains(number));
        for number in numbers {
            if !names_too && self.threads.contains_key(&number) {
                continue;
            }
            let Some(name) = name(pid, number, reader) else { continue };
            let cpu = self.threads.get(&number).map_or(CpuTime::ZERO, |thread| thread.cpu);
            self.threads.insert(number, Thread { name, cpu });
        }
    }

    /// Adds what each has used since the last time to the total of the name that it has now.
    fn read(&mut self, pid: u32, reader: &mut Reader) {
        self.totals.values_mut().for_each(|total| total.count = 0);
        let (totals, listed) = (&mut self.totals, &mut self.listed);
        self.threads.retain(|number, thread| {
            let cpu = match ran(pid, *number, reader) {
                Ok(cpu) => cpu.unwrap_or(thread.cpu),
                // Another may be there instead, so that the number of threads tells nothing.
                Err(error) if is_gone(&error) => {
                    *listed = None;
                    return false;
                }
                Err(_) => thread.cpu,
            };
            // One that has used less than before is another with the same number.
            let before = if cpu < thread.cpu { CpuTime::ZERO } else { thread.cpu };
            if !totals.contains_key(&thread.name) {
                totals.insert(thread.name.clone(), Total::default());
            }
            if let Some(total) = totals.get_mut(&thread.name) {
                total.count += 1;
                total.cpu += cpu.saturating_sub(before);
                total.told = false;
            }
            thread.cpu = cpu;
            true
        });
    }

    /// Appends the totals.
    ///
    /// Of names whose threads have all ended, those beyond a limit are forgotten once they have been told with their
    /// last total; should one come back, it begins at nothing, as it does for whoever has not heard of it meanwhile.
    pub(super) fn tell(&mut self, key: ProcessKey, readings: &mut Vec<ThreadReading>) {
        let mut ended = self.totals.values().filter(|total| total.count == 0).count();
        self.totals.retain(|_, total| {
            let is_forgotten = total.count == 0 && total.told && ended > MOST_ENDED;
            ended -= usize::from(is_forgotten);
            !is_forgotten
        });
        readings.extend(self.totals.iter_mut().map(|(name, total)| {
            total.told = true;
            ThreadReading { key, name: name.clone(), count: total.count, cpu: total.cpu }
        }));
    }
}

/// The name of a thread, which may hold any bytes and ends in a newline of the kernel's.
fn name(pid: u32, thread: u32, reader: &mut Reader) -> Option<String> {
    let file = File::open(reader.procfs.file(pid, format_args!("task/{thread}/comm"))).ok()?;
    let text = reader.fill(&file).ok()?;
    Some(String::from_utf8_lossy(text.strip_suffix(b"\n").unwrap_or(text)).into_owned())
}

/// How long a thread ran; `None` where the kernel does not tell.
fn ran(pid: u32, thread: u32, reader: &mut Reader) -> std::io::Result<Option<CpuTime>> {
    let file = File::open(reader.procfs.file(pid, format_args!("task/{thread}/schedstat")))?;
    let schedstat = Schedstat::parse(reader.fill(&file)?);
    Ok(schedstat.map(|schedstat| CpuTime::from_nanos(schedstat.ran)))
}
