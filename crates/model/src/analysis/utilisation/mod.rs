//! Floor 6. How well a session used the machine: cores, memory, storage, how much at once, and in which phases.

mod cast;
mod concurrency;
mod cpu;
mod cut;
mod flow;
mod memory;
mod phases;
mod segments;
mod shape;
mod slice;
mod slot;
mod spread;
mod tail;
mod utilise;
mod work;

pub use shape::{
    Concurrency, CpuUse, Faults, Flow, Level, MemoryUse, Phase, PhaseRole, SerialTail, Spread,
    Utilisation, Waits,
};
pub use utilise::utilisation;

#[cfg(test)]
mod tests;
