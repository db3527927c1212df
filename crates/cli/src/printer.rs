//! Floor 12. Everything that procmon says to people.
//!
//! Data that was asked for goes to stdout, all our other words to stderr. Where stderr cannot be written to there is
//! nobody left to tell, so that its failures are passed over.

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};

use procmon_core::report::text::{self, Style};
use procmon_model::analysis::Summary;
use procmon_model::printable::printable;
use procmon_sys::Stream;
use terminal_size::{Width, terminal_size_of};

use crate::colour::ColourChoice;
use crate::failure::Failure;
use crate::patient::Patient;

/// Says things to people.
pub(crate) struct Printer<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self { out, err }
    }

    /// One line, and a second one with a hint.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        self.error(&failure.message);
        if let Some(hint) = &failure.hint {
            drop(writeln!(self.err, "  hint: {}", one_line(hint)));
        }
    }

    /// One line.
    pub(crate) fn error(&mut self, message: &str) {
        drop(writeln!(self.err, "procmon: {}", one_line(message)));
    }

    /// The summary of a run that has just ended, below what the command has said.
    pub(crate) fn summary(&mut self, summary: &Summary, colour: ColourChoice) {
        let style = style(io::stderr(), colour);
        let mut page = vec![b'\n'];
        if text::write(summary, style, &mut page).is_ok() {
            drop(self.err.write_all(&page));
        }
    }

    /// The summary of a recording, on stdout.
    pub(crate) fn report(
        &mut self,
        summary: &Summary,
        colour: ColourChoice,
    ) -> Result<(), Failure> {
        let style = style(io::stdout(), colour);
        written(text::write(summary, style, self.out).and_then(|()| self.out.flush()))
    }

    /// Whatever else was asked for, on stdout: `write` is told how text is to look there.
    pub(crate) fn data(
        &mut self,
        colour: ColourChoice,
        write: impl FnOnce(Style, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let style = style(io::stdout(), colour);
        written(write(style, self.out).and_then(|()| self.out.flush()))
    }

    /// Where data goes that was asked for.
    pub(crate) fn out(&mut self) -> &mut dyn Write {
        self.out
    }

    /// A text that was asked for: the help, the version.
    pub(crate) fn answer(&mut self, text: &str) -> Result<(), Failure> {
        written(self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()))
    }

    /// The help, where something else should have been said.
    pub(crate) fn reminder(&mut self, text: &str) {
        drop(self.err.write_all(text.as_bytes()));
    }
}

/// One line, from a thread beside the one that has the printer.
pub(crate) fn aside(message: &str) {
    let line = format!("procmon: {}\n", one_line(message));
    drop(Patient(io::stderr()).write_all(line.as_bytes()));
}

/// A reader that has seen enough is no failure.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("stdout could not be written to: {error}")))
        }
        _ => Ok(()),
    }
}

/// A text of somebody else's, such as a command's name, that cannot break our line or command the terminal.
fn one_line(text: &str) -> String {
    printable(text, char::REPLACEMENT_CHARACTER)
}

fn style(stream: impl IsTerminal + Stream, choice: ColourChoice) -> Style {
    let colour = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => colour_by_environment(stream.is_terminal(), env::var_os),
    };
    let width = terminal_size_of(stream).map(|(Width(width), _)| usize::from(width));
    // A terminal that was never told its size has none.
    let width = width.filter(|width| *width > 0).unwrap_or(Style::default().width);
    Style { width, colour }
}

/// `NO_COLOR` (<https://no-color.org>) is stronger than `FORCE_COLOR`, which Node's world uses, and `CLICOLOR_FORCE`,
/// and those are stronger than what the stream is. The log of a CI is no place for colours.
fn colour_by_environment(
    is_terminal: bool,
    variable: impl Fn(&'static str) -> Option<OsString>,
) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is_on = |name| is_on(name, &variable);
    if is_set("NO_COLOR") {
        return false;
    }
    if let Some(force) = variable("FORCE_COLOR") {
        return force != "0" && force != "false";
    }
    is_on("CLICOLOR_FORCE") || is_for_people(is_terminal, variable)
}

/// Whether a line on stderr that changes is of use.
pub(crate) fn is_stderr_for_people() -> bool {
    is_for_people(io::stderr().is_terminal(), env::var_os)
}

/// Whether somebody looks at the stream, on a terminal that can do more than show lines.
fn is_for_people(is_terminal: bool, variable: impl Fn(&'static str) -> Option<OsString>) -> bool {
    is_terminal && !is_on("CI", &variable) && variable("TERM").is_none_or(|term| term != "dumb")
}

fn is_on(name: &'static str, variable: impl Fn(&'static str) -> Option<OsString>) -> bool {
    variable(name).is_some_and(|value| !value.is_empty() && value != "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colours(is_terminal: bool, environment: &[(&str, &str)]) -> bool {
        let value = |name| environment.iter().find(|(known, _)| *known == name);
        colour_by_environment(is_terminal, |name| value(name).map(|(_, value)| value.into()))
    }

    #[test]
    fn a_terminal_is_coloured_unless_the_environment_says_otherwise() {
        assert!(colours(true, &[("TERM", "xterm")]));
        assert!(colours(true, &[("NO_COLOR", ""), ("CI", "0")]));
        assert!(!colours(true, &[("TERM", "dumb")]));
        assert!(!colours(true, &[("NO_COLOR", "1")]));
        assert!(!colours(true, &[("CI", "true")]));
        assert!(!colours(true, &[("FORCE_COLOR", "0")]));
    }

    #[test]
    fn what_is_no_terminal_is_coloured_only_where_that_is_demanded() {
        assert!(!colours(false, &[("TERM", "xterm")]));
        assert!(colours(false, &[("FORCE_COLOR", "1")]));
        assert!(colours(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!colours(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!colours(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn a_failure_takes_one_line_and_its_hint_another() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let failure = Failure::hinted("a\nb\u{202e}\x1b[2J: command not found", "try\nthat");
        Printer::new(&mut out, &mut err).failure(&failure);
        let said = String::from_utf8(err).unwrap();
        assert_eq!(
            said,
            "procmon: a\u{fffd}b\u{fffd}\u{fffd}[2J: command not found\n  hint: try\u{fffd}that\n"
        );
        assert!(out.is_empty());
    }
}
