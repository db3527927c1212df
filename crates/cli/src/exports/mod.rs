//! Floor 12. Exporters on the command line: the words that ask for them, and what they mean.

mod census_words;
mod destinations;
mod wishes;
mod words;

pub(crate) use census_words::CompatChoice;
pub(crate) use destinations::{DestinationWords, ServeWords};
pub(crate) use wishes::{census_of_everybody, census_of_run, names, wishes};
pub(crate) use words::{EXPORT_EXAMPLES, EXPORTER_EXAMPLES, ExportWords, ExporterWords};
