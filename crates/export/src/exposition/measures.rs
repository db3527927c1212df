//! Floor 11. Single figures of whatever has them, for the tables of names.

use crate::census::{Figures, Group, Process, Run};

use super::family::Value;

/// Whatever has figures.
pub(super) trait Figured {
    fn figures(&self) -> &Figures;
}

impl Figured for Group {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}

impl Figured for Process {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}

impl Figured for Run {
    fn figures(&self) -> &Figures {
        &self.figures
    }
}

macro_rules! measures {
    (totals: $($total:ident),*; gauges: $($gauge:ident),*) => {
        $(pub(super) fn $total<E: Figured>(of: &E) -> Option<Value> {
            of.figures().totals.$total.map(Value::from)
        })*
        $(pub(super) fn $gauge<E: Figured>(of: &E) -> Option<Value> {
            of.figures().$gauge.map(Value::from)
        })*
    };
}
measures! {
    totals: cpu_user, cpu_system, read, written, read_chars, written_chars, faults_minor, faults_major,
        switches_voluntary, switches_forced, net_received, net_sent;
    gauges: rss, pss, unique, swap, virtual_size, threads, fds, fd_ratio, started_seconds
}

/// Page faults of both kinds; `None` unless both are known.
pub(super) fn faults<E: Figured>(of: &E) -> Option<Value> {
    let totals = of.figures().totals;
    Some(Value::Whole(totals.faults_minor?.0.saturating_add(totals.faults_major?.0)))
}

/// Context switches of both kinds; `None` unless both are known.
pub(super) fn switches<E: Figured>(of: &E) -> Option<Value> {
    let totals = of.figures().totals;
    Some(Value::Whole(totals.switches_voluntary?.0.saturating_add(totals.switches_forced?.0)))
}
