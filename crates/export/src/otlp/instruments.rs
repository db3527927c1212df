//! Floor 11. The figures of a process by the names of the semantic conventions (OpenTelemetry 1.44, `process.*`).

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instrument {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: Kind,
}

/// How its values relate to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only grows.
    Counter,
    /// A sum that goes up and down.
    UpDown,
    /// Is what it is.
    Gauge,
}

/// Those that are sent, by [`Quantity`].
pub(super) const INSTRUMENTS: [Instrument; 12] = [
    counter("process.cpu.time", "s", "Total CPU seconds broken down by different states."),
    up_down("process.memory.usage", "By", "The amount of physical memory in use."),
    up_down("process.memory.virtual", "By", "The amount of committed virtual memory."),
    counter("process.disk.io", "By", "Disk bytes transferred."),
    counter("process.network.io", "By", "Network bytes transferred."),
    up_down("process.thread.count", "{thread}", "Process threads count."),
    up_down(
        "process.unix.file_descriptor.count",
        "{file_descriptor}",
        "Number of unix file descriptors in use by the process.",
    ),
    counter(
        "process.context_switches",
        "{context_switch}",
        "Number of times the process has been context switched.",
    ),
    counter("process.paging.faults", "{fault}", "Number of page faults the process has made."),
    Instrument {
        name: "process.uptime",
        unit: "s",
        description: "The time the process has been running.",
        kind: Kind::Gauge,
    },
    up_down(
        "cicd.pipeline.run.active",
        "{run}",
        "The number of pipeline runs currently active in the system by state.",
    ),
    counter(
        "cicd.pipeline.run.errors",
        "{error}",
        "The number of errors encountered in pipeline runs.",
    ),
];

/// An index into [`INSTRUMENTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Quantity {
    CpuTime,
    MemoryUsage,
    MemoryVirtual,
    DiskIo,
    NetworkIo,
    ThreadCount,
    DescriptorCount,
    ContextSwitches,
    PagingFaults,
    Uptime,
    RunsActive,
    RunErrors,
}

impl Quantity {
    /// What it is.
    pub(super) fn instrument(self) -> &'static Instrument {
        &INSTRUMENTS[self as usize]
    }
}

const fn counter(name: &'static str, unit: &'static str, description: &'static str) -> Instrument {
    Instrument { name, unit, description, kind: Kind::Counter }
}

const fn up_down(name: &'static str, unit: &'static str, description: &'static str) -> Instrument {
    Instrument { name, unit, description, kind: Kind::UpDown }
}
