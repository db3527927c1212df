//! Floor 8. denet's comma-separated values, whose cells are what Python shows of a value.
//!
//! Nothing is quoted in them: a cell that holds an object of its own has commas, which only its brackets tell from those
//! between cells. So a row is read as literals of Python (its reference manual, section 2.4) and becomes JSON.

/// The names of the columns in the first line of a table; `None` where it is none of denet's.
pub fn columns(line: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(line).ok()?.trim_end();
    let names: Vec<String> = text.split(',').map(str::to_owned).collect();
    let is_name = |name: &String| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is = |known: &str| names.iter().any(|name| name == known);
    let is_denets = is("ts_ms") && (is("cpu_usage") || is("aggregated"));
    (is_denets && names.iter().all(is_name)).then_some(names)
}

/// A row as a JSON object, without the cells that are empty; `None` where the row has another number of cells or is cut.
pub fn row(columns: &[String], line: &[u8]) -> Option<Vec<u8>> {
    let mut cells = Cells { text: std::str::from_utf8(line).ok()?.trim_end_matches(['\r', '\n']) };
    let mut json = String::from("{");
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            cells.pass(',')?;
        }
        if cells.text.is_empty() || cells.text.starts_with(',') {
            continue;
        }
        if json.len() > 1 {
            json.push(',');
        }
        json.push('"');
        json.push_str(column);
        json.push_str("\":");
        cells.cell(&mut json)?;
    }
    json.push('}');
    cells.text.is_empty().then(|| json.into_bytes())
}

/// What is left of a row.
struct Cells<'a> {
    text: &'a str,
}

impl Cells<'_> {
    fn pass(&mut self, expected: char) -> Option<()> {
        self.text = self.text.strip_prefix(expected)?;
        Some(())
    }

    /// Appends the next cell as JSON.
    fn cell(&mut self, json: &mut String) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let next = self.text.chars().next();
            match next {
                None | Some(',') if depth == 0 => return Some(()),
                None => return None,
                Some(' ') if depth > 0 => self.pass(' ')?,
                Some(mark @ (',' | ':')) if depth > 0 => {
                    self.pass(mark)?;
                    json.push(mark);
                }
                Some(mark @ ('{' | '[' | '(')) => {
                    self.pass(mark)?;
                    depth += 1;
                    json.push(if mark == '{' { '{' } else { '[' });
                }
                Some(mark @ ('}' | ']' | ')')) => {
                    self.pass(mark)?;
                    depth = depth.checked_sub(1)?;
                    json.push(if mark == '}' { '}' } else { ']' });
                }
                Some(quote @ ('\'' | '"')) => self.string(quote, json)?,
                Some(_) => self.word(depth, json)?,
            }
        }
    }

    /// Appends a string, whose quotes and escapes are Python's.
    fn string(&mut self, quote: char, json: &mut String) -> Option<()> {
        let mut letters = self.text.chars();
        let mut text = String::new();
        letters.next()?;
        loop {
            match letters.next()? {
                letter if letter == quote => break,
                '\\' => text.push(match letters.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => escaped(&mut letters, 2)?,
                    'u' => escaped(&mut letters, 4)?,
                    'U' => escaped(&mut letters, 8)?,
                    other => other,
                }),
                letter => text.push(letter),
            }
        }
        self.text = letters.as_str();
        json.push_str(&serde_json::to_string(&text).ok()?);
        Some(())
    }

    /// Appends a number or another word; a cell of its own is a text that Python did not quote.
    fn word(&mut self, depth: usize, json: &mut String) -> Option<()> {
        let ends = |letter: char| match depth {
            0 => letter == ',',
            _ => matches!(letter, ',' | ':' | '}' | ']' | ')' | ' '),
        };
        let (word, rest) = self.text.split_at(self.text.find(ends).unwrap_or(self.text.len()));
        self.text = rest;
        match word {
            "None" | "nan" | "inf" | "-inf" => json.push_str("null"),
            "True" => json.push_str("true"),
            "False" => json.push_str("false"),
            number if serde_json::from_str::<serde_json::Number>(number).is_ok() => {
                json.push_str(number);
            }
            text => json.push_str(&serde_json::to_string(text).ok()?),
        }
        Some(())
    }
}

/// A letter by so many hexadecimal digits.
fn escaped(letters: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let code = (0..digits)
        .try_fold(0_u32, |code, _| Some(code.checked_mul(16)? + letters.next()?.to_digit(16)?));
    char::from_u32(code?)
}
