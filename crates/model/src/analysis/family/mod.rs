//! Floor 6. The family of a session: every process, below the one that started it, and what they come to together.

mod gather;
mod grow;
mod kin;
mod pace;
mod path;
mod rollup;
mod shape;

pub(super) use gather::Gathered;
pub use grow::process_tree;
pub use shape::{
    CpuBasis, Group, Link, LongestPath, More, MoreGroups, MoreLinks, ProcessNode, ProcessTree,
    RollUp, ShortLived, Spawned, Subtree, TreeOptions, TreeSort,
};

#[cfg(test)]
mod tests;
