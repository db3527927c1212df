//! Floor 11. The census: who there is, in groups, and what each group has used since it was first seen.

mod account;
mod aggregates;
mod counting;
mod figures;
mod groups;
mod member;
mod options;
mod picture;
mod run;
mod scene;
mod shared;
mod shown;
mod split;
mod standing;
mod view;

pub use aggregates::{Aggregated, Aggregates};
pub use counting::Census;
pub use figures::{Figures, Totals};
pub use options::{CensusOptions, Selection};
pub use scene::{
    DeliveryFigures, ExitReason, Group, Origin, Process, Run, RunResult, Scene, SelfFigures,
};
pub use shared::{CensusSink, SharedCensus};
pub use shown::ShowProcesses;
pub use view::View;

#[cfg(test)]
mod tests;
