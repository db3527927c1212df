//! Floor 12. Exporters on the command line: the words that ask for them, and what they mean.

mod census_words;
mod destinations;
mod wishes;

pub(crate) use census_words::{CensusWords, CompatChoice};
pub(crate) use destinations::{DestinationWords, ServeWords};
pub(crate) use wishes::{census_of_everybody, census_of_run, names, wishes};
