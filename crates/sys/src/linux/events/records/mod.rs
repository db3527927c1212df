//! Floor 7. The kernel's records of ends (taskstats): what each thread had used when it ended.

pub(crate) mod codec;
mod ledger;
mod registration;
mod source;
#[cfg(test)]
mod tests;

pub(super) use ledger::Told;
pub(super) use registration::NoRecords;
pub(super) use source::Records;
