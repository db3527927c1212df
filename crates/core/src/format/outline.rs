//! Floor 8. JSON that people read: a line for each field of the outer objects, and one for each entry of a list.
//!
//! The usual indentation gives each number of each process a line of its own, and half of the file is blanks.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Objects up to this depth, and lists one deeper, have a line for each part.
const DEPTH: usize = 2;

/// Writes a value as JSON with an end of its last line.
pub fn write(value: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut out, Outline::default());
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Default)]
struct Outline {
    /// The objects and lists that are open, outermost first: whether each has a line for each part.
    open: Vec<bool>,
    /// Whether the innermost has a part.
    has_part: bool,
}

impl Outline {
    fn begin<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        bracket: u8,
        depth: usize,
    ) -> io::Result<()> {
        self.open.push(self.open.len() < depth);
        self.has_part = false;
        out.write_all(&[bracket])
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: u8) -> io::Result<()> {
        let lines = self.open.pop() == Some(true);
        if lines && self.has_part {
            self.line(out)?;
        }
        self.has_part = true;
        out.write_all(&[bracket])
    }

    fn part<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        let lines = self.open.last() == Some(&true);
        match (first, lines) {
            (true, false) => {}
            (false, false) => out.write_all(b", ")?,
            (first, true) => {
                out.write_all(if first { b"" } else { b"," })?;
                self.line(out)?;
            }
        }
        self.has_part = true;
        Ok(())
    }

    fn line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.open.len()).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Outline {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b'[', DEPTH + 1)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b']')
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.part(out, first)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b'{', DEPTH)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b'}')
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.part(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outer_objects_have_a_line_for_each_field_and_lists_one_for_each_entry() {
        let value = serde_json::json!({
            "name": "x", "empty": [], "none": {},
            "top": { "cpu": [{ "pid": 1, "of": [1, 2] }, { "pid": 2 }] },
            "roles": { "jest": { "cpuMs": 1.5 } },
        });
        let mut out = Vec::new();
        write(&value, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        {
          "empty": [],
          "name": "x",
          "none": {},
          "roles": {
            "jest": {"cpuMs": 1.5}
          },
          "top": {
            "cpu": [
              {"of": [1, 2], "pid": 1},
              {"pid": 2}
            ]
          }
        }
        "#);
    }
}
