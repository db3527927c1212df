//! Floor 11. The census: who there is, in groups, and what each group has used since it was first seen.

mod figures;
mod scene;

pub use figures::{Figures, Totals};
pub use scene::{
    DeliveryFigures, ExitReason, Group, Origin, Process, Run, RunResult, Scene, SelfFigures,
};
