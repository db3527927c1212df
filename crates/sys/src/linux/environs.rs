//! Floor 7. What surrounds a tree: how short the machine is of processors, storage and memory; its control group.

use procmon_model::host::{Pressure, Surroundings};
use procmon_model::ports::Environs;
use procmon_model::process::ProcessKey;

use crate::linux::cgroup::{Enclosure, KillCount};
use crate::linux::pressure::Gauges;

/// The machine and the control group around a tree.
#[derive(Debug)]
pub(crate) struct Neighbourhood {
    enclosure: Enclosure,
    pressure: Option<(Gauges, Pressure)>,
    kills: Option<KillCount>,
}

impl Neighbourhood {
    /// `enclosure`: what a launched command was put into.
    pub(crate) const fn new(enclosure: Enclosure) -> Self {
        Self { enclosure, pressure: None, kills: None }
    }
}

impl Environs for Neighbourhood {
    fn begin(&mut self, root: ProcessKey) {
        self.pressure = Gauges::open().and_then(|gauges| {
            let now = gauges.read()?;
            Some((gauges, now))
        });
        self.kills = KillCount::around(&root.pid.to_string());
    }

    fn look(&mut self) -> Surroundings {
        let grown = |(gauges, before): &(Gauges, Pressure)| Some(gauges.read()?.since(before));
        Surroundings {
            pressure: self.pressure.as_ref().and_then(grown),
            oom_kills: self.oom_kills(),
            cgroup: self.enclosure.used(),
        }
    }

    fn oom_kills(&mut self) -> Option<u64> {
        self.kills.as_mut().map(KillCount::grown)
    }

    fn kill_all(&mut self) -> bool {
        self.enclosure.kill()
    }

    fn reasons(&self) -> Vec<String> {
        self.enclosure.reasons()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ourselves() -> ProcessKey {
        ProcessKey { pid: std::process::id(), start: 0 }
    }

    #[test]
    fn what_happens_is_counted_from_the_beginning_on() {
        let mut around = Neighbourhood::new(Enclosure::default());
        assert_eq!(around.look(), Surroundings::default());
        around.begin(ourselves());
        let (gauges, at_the_beginning) = around.pressure.take().unwrap();
        let since_boot = gauges.read().unwrap();
        around.pressure = Some((gauges, at_the_beginning));
        let look = around.look();
        let grown = look.pressure.unwrap();
        assert!(grown.cpu_some <= since_boot.cpu_some && grown.io_full <= since_boot.io_full);
        assert_eq!((look.oom_kills, look.cgroup), (Some(0), None));
    }

    #[test]
    fn a_cgroup_is_missed_only_where_it_was_asked_for() {
        let reasons = |enclosure| Neighbourhood::new(enclosure).reasons();
        assert_eq!(reasons(Enclosure::default()), [""; 0]);
        let refused = "a command that another program launches gets no cgroup of its own, so the tree's exact peak of \
                       memory is not known";
        assert_eq!(reasons(Enclosure::refused()), [refused]);
    }
}
