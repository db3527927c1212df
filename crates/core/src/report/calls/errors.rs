//! Floor 9. The page of what calls threw.

use procmon_model::analysis::CallSummary;
use procmon_model::analysis::calls::ThrownError;
use serde::{Serialize, Serializer};

use super::super::layout::printable;
use super::super::page::{Cell, Heading, Page, Report, Table};
use super::names::{NAME_MAX, known};
use super::words::calls;

/// What calls threw, in place of the functions. In JSON it is the whole summary.
#[derive(Debug, Clone, Copy)]
pub struct CallErrors<'a>(pub &'a CallSummary);

impl Serialize for CallErrors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Report for CallErrors<'_> {
    fn page(&self) -> Page {
        let Self(summary) = self;
        let columns = vec![
            Heading::words("error", "error"),
            Heading::number("times", "count"),
            Heading::words("function", "function"),
        ];
        let row = |error: &ThrownError| {
            let function = printable(&known(&error.function), NAME_MAX);
            vec![
                Cell::text(words(error)),
                Cell::text(error.count.to_string()),
                Cell::text(function),
            ]
        };
        let rows = summary.thrown.iter().map(row).collect();
        let page = Page::new(calls(summary)).table(Table { columns, rows });
        let listed = summary.thrown.len() as u64;
        if listed < summary.error_count {
            let all = summary.error_count;
            return page.line(format!("{listed} of {all} different errors are listed."));
        }
        page
    }

    fn rows(&self) -> Page {
        let Self(summary) = self;
        let columns = vec![
            Heading::words("class", "class"),
            Heading::words("message", "message"),
            Heading::words("function", "function"),
            Heading::words("form", "form"),
            Heading::number("times", "count"),
        ];
        let row = |error: &ThrownError| {
            vec![
                Cell::bare(error.class.as_ref()),
                Cell::bare(error.message.as_ref()),
                Cell::text(&error.function),
                Cell::text(error.form.word()),
                Cell::text(error.count.to_string()),
            ]
        };
        let rows = summary.thrown.iter().map(row).collect();
        Page::new(calls(summary)).table(Table { columns, rows })
    }
}

/// As Node says it, on one line.
fn words(error: &ThrownError) -> String {
    let message = error.message.as_deref().map(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ")
    });
    match (&error.class, message) {
        (None, _) => "?".to_owned(),
        (Some(class), Some(message)) if message.is_empty() => class.clone(),
        (Some(class), Some(message)) => format!("{class}: {message}"),
        (Some(class), None) => format!("{class}: (others)"),
    }
}
