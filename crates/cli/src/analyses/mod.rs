//! Floor 12. The commands that answer questions about recordings, a file each, and what they have in common.

mod aggregate;
mod amount;
mod analysis;
mod bench;
mod calls;
mod compare;
mod peaks;
mod question;
mod shown;
mod tree;
mod utilisation;

pub(crate) use analysis::Analysis;
pub(crate) use shown::{ShowWords, Shown};
