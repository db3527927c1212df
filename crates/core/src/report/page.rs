//! Floor 9. What an analysis has to say, apart from how it is shown: as text, as Markdown or as CSV.

use std::io::{self, Write};

use procmon_model::units::Bytes;

use super::layout::{Column, Layout, printable};
use super::style::Style;

/// Something that can be shown.
pub trait Report {
    /// What there is to say.
    fn page(&self) -> Page;

    /// The same for a spreadsheet: the page whose first table it gets.
    fn rows(&self) -> Page {
        self.page()
    }
}

/// A page: read from top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The one line that a person reads first.
    pub verdict: String,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A label and what there is to say.
    Fact(String, String),
    /// A sentence.
    Line(String),
    /// Rows and columns.
    Table(Table),
}

/// Rows and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The heading of each column.
    pub columns: Vec<Heading>,
    /// As many cells a row as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// The heading of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// For people.
    pub title: String,
    /// For programs: a name as in a recording, with its unit.
    pub name: String,
    /// Whether its cells are figures.
    pub is_number: bool,
}

/// One cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// For people, with a unit.
    pub words: String,
    /// For programs: the bare value; empty where it is not known.
    pub value: String,
}

impl Heading {
    /// Of words.
    pub fn words(title: &str, name: &str) -> Self {
        Self { title: title.to_owned(), name: name.to_owned(), is_number: false }
    }

    /// Of figures.
    pub fn number(title: &str, name: &str) -> Self {
        Self { is_number: true, ..Self::words(title, name) }
    }
}

impl Cell {
    /// Words that are the same for people and programs.
    pub fn text(text: impl Into<String>) -> Self {
        let words = text.into();
        Self { value: words.clone(), words }
    }

    /// A value, and how it is said; "?" and nothing where it is not known.
    pub fn known<T: ToString>(value: Option<T>, words: impl FnOnce(T) -> String) -> Self {
        match value {
            Some(value) => Self { value: value.to_string(), words: words(value) },
            None => Self { words: "?".to_owned(), value: String::new() },
        }
    }

    /// A value that is the same for people and programs, likewise.
    pub fn bare(value: Option<impl ToString>) -> Self {
        Self::known(value, |value| value.to_string())
    }

    /// Bytes, likewise: in a unit that fits for people, and their number for programs.
    pub fn bytes(bytes: Option<Bytes>) -> Self {
        Self::known(bytes.map(Bytes::get), |bytes| Bytes::new(bytes).to_string())
    }
}

impl Page {
    /// A page that begins with this line.
    pub fn new(verdict: impl Into<String>) -> Self {
        Self { verdict: verdict.into(), blocks: Vec::new() }
    }

    /// With a label and what there is to say.
    #[must_use]
    pub fn fact(mut self, label: &str, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Fact(label.to_owned(), text.into()));
        self
    }

    /// With a sentence.
    #[must_use]
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Line(text.into()));
        self
    }

    /// With a table. One without rows is left out of what people read; programs get its headings.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.blocks.push(Block::Table(table));
        self
    }

    /// What people read.
    fn read(&self) -> impl Iterator<Item = &Block> {
        self.blocks
            .iter()
            .filter(|block| !matches!(block, Block::Table(table) if table.rows.is_empty()))
    }

    /// For a terminal or a log.
    pub fn text(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut page = Layout::new(out, style);
        page.verdict(&printable(&self.verdict, usize::MAX), false)?;
        let mut follows_fact = false;
        for block in self.read() {
            let is_fact = matches!(block, Block::Fact(..));
            if !(is_fact && follows_fact) {
                page.blank()?;
            }
            follows_fact = is_fact;
            match block {
                Block::Fact(label, text) => page.fact(label, &printable(text, usize::MAX))?,
                Block::Line(text) => page.paragraph(&printable(text, usize::MAX))?,
                Block::Table(table) => page.table(&table.columns_of_words())?,
            }
        }
        Ok(())
    }

    /// For a comment on a pull request, or a page.
    pub fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "**{}**", escaped(&self.verdict))?;
        let mut follows_fact = false;
        for block in self.read() {
            let is_fact = matches!(block, Block::Fact(..));
            if !(is_fact && follows_fact) {
                writeln!(out)?;
            }
            follows_fact = is_fact;
            match block {
                Block::Fact(label, text) => writeln!(out, "- {label}: {}", escaped(text))?,
                Block::Line(text) => writeln!(out, "{}", escaped(text))?,
                Block::Table(table) => table.markdown(out)?,
            }
        }
        Ok(())
    }

    /// For a spreadsheet: the first table, which is what the page is about.
    pub fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let tables = self.blocks.iter().find_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        tables.map_or(Ok(()), |table| table.csv(out))
    }
}

impl Table {
    /// An empty one with these columns.
    pub fn of(columns: Vec<Heading>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    fn columns_of_words(&self) -> Vec<Column> {
        let column = |(index, heading): (usize, &Heading)| {
            let cells = self.rows.iter().map(|row| printable(&row[index].words, usize::MAX));
            let cells = cells.collect();
            if heading.is_number {
                Column::number(&heading.title, cells)
            } else {
                Column::text(&heading.title, cells)
            }
        };
        self.columns.iter().enumerate().map(column).collect()
    }

    fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let titles = self.columns.iter().map(|column| escaped(&column.title)).collect();
        writeln!(out, "{}", line(titles))?;
        let rules = self.columns.iter().map(|column| if column.is_number { "---:" } else { "---" });
        writeln!(out, "{}", line(rules.map(str::to_owned).collect()))?;
        for row in &self.rows {
            writeln!(out, "{}", line(row.iter().map(|cell| escaped(&cell.words)).collect()))?;
        }
        Ok(())
    }

    fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns.iter().map(|column| &column.name))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(|cell| &cell.value))?;
        }
        writer.flush()
    }
}

/// A text in which nothing is taken for Markdown's own signs.
fn escaped(text: &str) -> String {
    let clean = printable(text, usize::MAX);
    let mut escaped = String::with_capacity(clean.len());
    for c in clean.chars() {
        if matches!(c, '|' | '*' | '_' | '`' | '<' | '\\' | '[') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let mut table = Table::of(vec![
            Heading::words("process", "process"),
            Heading::number("peak", "rssPeakBytes"),
        ]);
        let peak = |bytes| Cell::known(bytes, |bytes: u64| format!("{bytes} B"));
        table.rows.push(vec![Cell::text("a, \"b\" | c"), peak(Some(7))]);
        table.rows.push(vec![Cell::text("d\u{1b}[2J"), peak(None)]);
        Page::new("2 processes")
            .fact("wall", "1 s")
            .fact("CPU", "2 s")
            .line("All seen.")
            .table(table)
    }

    fn shown(show: impl FnOnce(&Page, &mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        show(&page(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_page_is_text_for_a_terminal() {
        insta::assert_snapshot!(shown(|page, out| page.text(Style::default(), out)), @r#"
        procmon: 2 processes

          wall        1 s
          CPU         2 s

          All seen.

          process     peak
          a, "b" | c   7 B
          d�[2J          ?
        "#);
    }

    #[test]
    fn a_page_is_markdown_for_a_comment() {
        insta::assert_snapshot!(shown(|page, out| page.markdown(out)), @r#"
        **2 processes**

        - wall: 1 s
        - CPU: 2 s

        All seen.

        | process | peak |
        | --- | ---: |
        | a, "b" \| c | 7 B |
        | d�\[2J | ? |
        "#);
    }

    #[test]
    fn the_table_of_a_page_is_csv_with_bare_values() {
        let expected = "process,rssPeakBytes\n\"a, \"\"b\"\" | c\",7\nd\u{1b}[2J,\n";
        assert_eq!(shown(|page, out| page.csv(out)), expected);
    }

    #[test]
    fn a_table_without_rows_is_nothing_to_people_and_its_headings_to_programs() {
        let page = Page::new("none").table(Table::of(vec![Heading::words("process", "process")]));
        let (mut text, mut csv) = (Vec::new(), Vec::new());
        page.text(Style::default(), &mut text).unwrap();
        page.csv(&mut csv).unwrap();
        assert_eq!(text, b"procmon: none\n");
        assert_eq!(csv, b"process\n");
    }
}
