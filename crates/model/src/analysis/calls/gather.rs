//! Floor 6. Takes calls one by one and gives the table by function.
//!
//! Of a call its duration and its number are kept, and what of it has been counted: some 100 bytes at most while tables
//! grow. Nothing is kept of the samples and events between the calls of a recording.

use std::collections::HashMap;

use super::options::CallsOptions;
use super::order::{sort_errors, sort_functions};
use super::shape::{CallSummary, CallsWarning, FunctionCalls, ThrownError};
use super::tally::{Part, Places, Span, Tally};
use super::thrown::Thrown;
use super::told::Told;
use crate::call::{Call, CallForm};
use crate::record::{Record, Warning, WarningKind};
use crate::recording::Recording;
use crate::units::WallTime;

/// Takes calls one by one.
#[derive(Debug, Default)]
pub struct CallGatherer {
    functions: Vec<Tally>,
    /// The place of each name and form.
    places: HashMap<String, Vec<(CallForm, u32)>>,
    told: Told,
    thrown: Thrown,
    called_from: Places,
    span: Span,
    dropped: u64,
    warnings: Vec<CallsWarning>,
}

/// The table of the calls that a recording holds.
pub fn summarize_calls(recording: &Recording, options: &CallsOptions) -> CallSummary {
    let mut gatherer = CallGatherer::default();
    gatherer.add_recording(recording);
    gatherer.finish(options)
}

impl CallGatherer {
    /// Takes a call, which may have been told before: then what was not known of it is added. `started_at` is when it
    /// began, where that is known.
    pub fn add(&mut self, call: &Call, started_at: Option<WallTime>) {
        let place = self.place(&call.name, call.form);
        let (place, new) = self.told.news(&call.id, place, Part::of(call), call.wall);
        self.called_from.add(call);
        self.span.add(started_at);
        if new.has(Part::ERROR) {
            self.thrown.add(place, call.error.as_ref());
        }
        if let Some(tally) = self.functions.get_mut(place as usize) {
            tally.add(call, started_at, new);
        }
    }

    /// Takes a record of a session that began at `session`. Calls and what is said of their loss count, the others do not.
    pub fn add_record(&mut self, record: &Record, session: WallTime) {
        match record {
            Record::Call(record) => {
                let nanos = session.as_nanos().saturating_add(record.started.as_nanos());
                self.add(&record.call, Some(WallTime::from_nanos(nanos)));
            }
            Record::Warning(Warning { kind: WarningKind::CallsDropped, count, .. }) => {
                self.add_dropped(*count);
            }
            _ => {}
        }
    }

    /// Takes a recording.
    pub fn add_recording(&mut self, recording: &Recording) {
        for record in &recording.records {
            self.add_record(record, recording.header.started_at);
        }
        for Warning { kind, count, message, .. } in &recording.warnings {
            self.warn(CallsWarning { kind: *kind, count: *count, message: message.clone() });
        }
    }

    /// So many calls more were dropped.
    pub fn add_dropped(&mut self, count: u64) {
        self.dropped = self.dropped.saturating_add(count);
    }

    /// Something was wrong with a file.
    pub fn warn(&mut self, warning: CallsWarning) {
        self.warnings.push(warning);
    }

    /// The table.
    pub fn finish(mut self, options: &CallsOptions) -> CallSummary {
        for (place, wall) in self.told.lengths() {
            if let Some(tally) = self.functions.get_mut(place as usize) {
                tally.add_length(wall);
            }
        }
        let top = options.top.unwrap_or(usize::MAX);
        let error_count = self.thrown.count();
        let mut thrown = thrown(self.thrown, &self.functions);
        sort_errors(&mut thrown);
        thrown.truncate(top);
        let counts = self.functions.iter().map(Tally::counts);
        let (calls, errors, unfinished) =
            counts.fold((0, 0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1, sum.2 + of.2));
        // What told nothing new has no row of its own.
        let functions = self.functions.into_iter().filter(|tally| tally.counts().0 > 0);
        let mut functions: Vec<FunctionCalls> = functions.map(Tally::finish).collect();
        let function_count = functions.len() as u64;
        sort_functions(&mut functions, options.sort);
        functions.truncate(top);
        CallSummary {
            calls,
            errors,
            unfinished,
            dropped: self.dropped,
            function_count,
            error_count,
            processes: self.called_from.processes(),
            threads: self.called_from.threads(),
            first_started_at: self.span.first,
            last_started_at: self.span.last,
            sort: options.sort,
            functions,
            thrown,
            warnings: self.warnings,
        }
    }

    fn place(&mut self, name: &str, form: CallForm) -> u32 {
        let forms = self.places.get(name).map_or(&[][..], Vec::as_slice);
        if let Some((_, place)) = forms.iter().find(|(known, _)| *known == form) {
            return *place;
        }
        let place = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.functions.push(Tally::new(name, form));
        self.places.entry(name.to_owned()).or_default().push((form, place));
        place
    }
}

fn thrown(thrown: Thrown, functions: &[Tally]) -> Vec<ThrownError> {
    let errors = thrown.all().filter_map(|(kind, count)| {
        let Tally { name, form, .. } = functions.get(kind.function as usize)?;
        let (class, message) = (kind.class, kind.message);
        Some(ThrownError { class, message, function: name.clone(), form: *form, count })
    });
    errors.collect()
}
