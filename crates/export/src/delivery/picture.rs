//! Floor 11. What a delivery of figures is made from: the census, or what a test makes up.

use procmon_model::record::Record;

use crate::census::Scene;

/// Takes records and tells what they add up to.
pub trait Picture: Send {
    /// Takes the next record of the session.
    fn take(&mut self, record: &Record);

    /// How things stand after it.
    fn scene(&mut self) -> Scene;
}
