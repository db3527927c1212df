//! Floor 12. `procmon export`: a recorded run to where a running one can be sent.

use procmon_core::load::Loader;
use procmon_core::parts::Parts;
use procmon_export::exporters::Exporters;
use procmon_model::record::Record;

use crate::exit::Exit;
use crate::exports::{ExportWords, ServeWords, census_of_run, wishes};
use crate::failure::Failure;
use crate::printer::Printer;

/// Sends the records one after the other, as fast as they are taken; those of a session that goes on as they come.
pub(crate) fn export(words: &ExportWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let wished = wishes(&words.destinations, &ServeWords::default(), census_of_run());
    if wished.are_none() {
        return Err(Failure::usage("nothing says where the recording is to be sent")
            .with_hint("--otlp, --remote-write, --mqtt, --pushgateway or --prom-file does"));
    }
    let mut parts = Parts::open(&words.recordings, &Loader::default())?;
    let start = if words.live { Exporters::start } else { Exporters::patient };
    let mut exporters = start(wished);
    let mut sinks = exporters.sinks();
    let mut record = Some(Record::Header(Box::new(parts.header().clone())));
    let mut result = Ok(());
    while let Some(next) = record {
        for sink in &mut sinks {
            sink.write(&next);
        }
        record = parts.next_record().unwrap_or_else(|error| {
            result = Err(error);
            None
        });
    }
    for sink in &mut sinks {
        sink.finish();
    }
    let losses = exporters.finish();
    for warning in parts.warnings().iter().filter(|_| !words.quiet) {
        printer.error(&warning.message);
    }
    for loss in &losses {
        printer.error(&loss.message);
    }
    result?;
    Ok(if losses.is_empty() { Exit::Success } else { Exit::Refused })
}
