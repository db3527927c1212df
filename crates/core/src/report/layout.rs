//! Floor 9. Lines, wrapped facts and tables on a page of limited width.

use std::io::{self, Write};

use procmon_model::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Style;

const INDENT: usize = 2;
const LABEL: usize = 12;
const GAP: usize = 2;
/// What the first line begins with.
const US: &str = "procmon:";
/// The narrowest page: a terminal that claims less is not believed.
const WIDTH_MIN: usize = 60;
/// The widest that a column of names grows.
const NAME_MAX: usize = 60;

/// A page that is written from top to bottom.
pub(super) struct Layout<'a> {
    out: &'a mut dyn Write,
    width: usize,
    colour: bool,
}

/// One column of a table: its title and a cell a row.
pub(super) struct Column {
    title: String,
    cells: Vec<String>,
    is_number: bool,
}

impl Column {
    /// Words, to the left, cut where there is no room.
    pub(super) fn text(title: &str, cells: Vec<String>) -> Self {
        Self { title: title.to_owned(), cells, is_number: false }
    }

    /// Figures, to the right, never cut.
    pub(super) fn number(title: &str, cells: Vec<String>) -> Self {
        Self { title: title.to_owned(), cells, is_number: true }
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.width());
        cells.chain([self.title.width()]).max().unwrap_or(0)
    }

    /// What it needs where it stands first: words can be cut.
    fn width_min(&self) -> usize {
        if self.is_number { self.width() } else { self.title.width() }
    }
}

impl<'a> Layout<'a> {
    pub(super) fn new(out: &'a mut dyn Write, style: Style) -> Self {
        Self { out, width: style.width.max(WIDTH_MIN), colour: style.colour }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Columns of the first line behind our name.
    pub(super) fn room(&self) -> usize {
        self.width - US.len() - 1
    }

    /// The first line, wrapped under itself: bold, and red where the command failed.
    pub(super) fn verdict(&mut self, text: &str, failed: bool) -> io::Result<()> {
        let style = if failed { "1;31" } else { "1" };
        for (index, line) in wrapped(text, self.room()).iter().enumerate() {
            let line = self.paint(style, line);
            if index == 0 {
                let us = self.paint("2", US);
                writeln!(self.out, "{us} {line}")?;
            } else {
                writeln!(self.out, "{:1$}{line}", "", US.len() + 1)?;
            }
        }
        Ok(())
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{:INDENT$}{text}", "")
    }

    /// A sentence, wrapped.
    pub(super) fn paragraph(&mut self, text: &str) -> io::Result<()> {
        for line in wrapped(text, self.width - INDENT) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// A label and what there is to say, wrapped under itself.
    pub(super) fn fact(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = self.paint("2", &format!("{label:LABEL$}"));
        let lines = wrapped(text, self.width - INDENT - LABEL);
        for (index, line) in lines.iter().enumerate() {
            if index == 0 {
                writeln!(self.out, "{:INDENT$}{label}{line}", "")?;
            } else {
                writeln!(self.out, "{:1$}{line}", "", INDENT + LABEL)?;
            }
        }
        Ok(())
    }

    pub(super) fn warning(&mut self, text: &str) -> io::Result<()> {
        let label = self.paint("33", &format!("{:LABEL$}", "warning"));
        let lines = wrapped(text, self.width - INDENT - LABEL);
        writeln!(
            self.out,
            "{:INDENT$}{label}{}",
            "",
            lines.join(&format!("\n{:1$}", "", INDENT + LABEL))
        )
    }

    /// A table. Figures keep their width; a first column of words gives way. Columns for which there is no room beside the
    /// first one follow below, beside the first one again.
    pub(super) fn table(&mut self, columns: &[Column]) -> io::Result<()> {
        let Some((first, rest)) = columns.split_first() else { return Ok(()) };
        for (index, some) in self.fitting(first, rest).into_iter().enumerate() {
            if index > 0 {
                self.blank()?;
            }
            self.rows(first, some)?;
        }
        Ok(())
    }

    /// The columns in groups that fit beside the first one, or hold a single column that does not.
    fn fitting<'c>(&self, first: &Column, mut rest: &'c [Column]) -> Vec<&'c [Column]> {
        let room = self.width.saturating_sub(INDENT + first.width_min());
        let mut groups = Vec::new();
        loop {
            let mut used = 0;
            let fit = rest.iter().take_while(|column| {
                used += column.width() + GAP;
                used <= room
            });
            let (group, others) = rest.split_at(fit.count().max(1).min(rest.len()));
            groups.push(group);
            rest = others;
            if rest.is_empty() {
                return groups;
            }
        }
    }

    fn rows(&mut self, first: &Column, rest: &[Column]) -> io::Result<()> {
        let widths: Vec<usize> = rest.iter().map(Column::width).collect();
        let figures: usize = widths.iter().map(|width| width + GAP).sum();
        let room = self.width.saturating_sub(INDENT + figures).max(first.width_min()).min(NAME_MAX);
        let names = first.width().min(room);
        let line = |name: &str, cell: &dyn Fn(&Column) -> String| {
            let name = padded(&printable(name, names), names, false);
            let cells: String = rest
                .iter()
                .zip(&widths)
                .map(|(column, width)| padded(&cell(column), *width, column.is_number))
                .flat_map(|cell| [" ".repeat(GAP), cell])
                .collect();
            format!("{:INDENT$}{}", "", (name + &cells).trim_end())
        };
        let title = self.paint("2", &line(&first.title, &|column| column.title.clone()));
        writeln!(self.out, "{title}")?;
        for (row, name) in first.cells.iter().enumerate() {
            writeln!(self.out, "{}", line(name, &|column| column.cells[row].clone()))?;
        }
        Ok(())
    }
}

fn padded(text: &str, width: usize, to_the_right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.width()));
    if to_the_right { space + text } else { text.to_owned() + &space }
}

/// The words of a text in lines of at most that many columns, but for a word that is wider.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text of somebody else's, safe for a terminal and cut to so many columns.
pub(super) fn printable(text: &str, width: usize) -> String {
    let clean = printable::printable(text, char::REPLACEMENT_CHARACTER);
    if clean.width() <= width {
        return clean;
    }
    let mut cut = String::new();
    let mut used = 1;
    for c in clean.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_somebody_elses_cannot_move_the_cursor() {
        assert_eq!(printable("a\x1b[2J\nb\u{200b}", 20), "a\u{fffd}[2J\u{fffd}b\u{fffd}");
        assert_eq!(printable("abcdef", 4), "abc…");
        assert_eq!(printable("日本語", 5), "日本…");
    }

    #[test]
    fn a_line_breaks_between_words_and_a_wide_word_stands_alone() {
        assert_eq!(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrapped("aaaaaaaa b", 5), ["aaaaaaaa", "b"]);
    }
}
