//! Floor 11. A scene as Prometheus reads it: families of samples with names and labels, and their text.

mod darwin_exporter;
mod encoder;
mod family;
mod figure_rows;
mod format;
mod labels;
mod lines;
mod measures;
mod names;
mod number;
mod own;
mod pace;
mod per_pid;
mod process_exporter;
mod procmon;
mod run;
mod table;
#[cfg(test)]
mod tests;
mod walk;

pub use encoder::{Exposition, Visit, each};
pub use family::{Family, Kind, Unit};
pub use format::Format;
pub use labels::LabelError;
pub use names::Names;
