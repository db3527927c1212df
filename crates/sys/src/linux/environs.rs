//! Floor 7. What surrounds a tree: how short the machine is of processors, storage and memory.

use procmon_model::host::{Pressure, Surroundings};
use procmon_model::ports::Environs;
use procmon_model::process::ProcessKey;

use crate::linux::pressure::pressure;

/// The machine around a tree.
#[derive(Debug, Default)]
pub(crate) struct Neighbourhood {
    pressure: Option<Pressure>,
}

impl Environs for Neighbourhood {
    fn begin(&mut self, _root: ProcessKey) {
        self.pressure = pressure();
    }

    fn look(&mut self) -> Surroundings {
        let grown = self.pressure.zip(pressure()).map(|(before, now)| now.since(&before));
        Surroundings { pressure: grown, ..Surroundings::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_is_counted_from_the_beginning_on() {
        let mut around = Neighbourhood::default();
        assert_eq!(around.look(), Surroundings::default());
        around.begin(ProcessKey { pid: 1, start: 0 });
        let since_boot = pressure().unwrap();
        let grown = around.look().pressure.unwrap();
        assert!(grown.cpu_some <= since_boot.cpu_some && grown.io_full <= since_boot.io_full);
    }
}
