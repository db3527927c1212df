//! Floor 12. The text of a file of settings, as keys and values with their lines.

use std::ffi::OsString;
use std::ops::Range;

use procmon_model::own_profile::{OwnProfile, ProfileError};
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::given::Given;
use crate::config::source::Source;
use crate::failure::Failure;

/// The table that holds profiles of one's own.
pub(super) const PROFILES: &str = "profiles";

/// A file of settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    /// The file, as it is called in messages.
    pub(crate) file: String,
    /// Its keys.
    pub(super) entries: Vec<Entry>,
    /// Its tables, but for those of profiles, and their lines.
    pub(super) tables: Vec<(String, usize)>,
    /// Its profiles.
    pub(super) profiles: Vec<OwnProfile>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) table: Option<String>,
    pub(super) key: String,
    pub(super) given: Given,
    pub(super) line: usize,
}

impl Sheet {
    /// Reads a file's text.
    pub(super) fn read(file: String, text: &str) -> Result<Self, Failure> {
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(text, &span));
            Failure::new(format!("{file} line {line}: {}", error.message()))
        })?;
        let mut reader = Reader { text, sheet: Self { file, ..Self::default() } };
        for (key, value) in root.get_ref() {
            reader.top(key, value)?;
        }
        Ok(reader.sheet)
    }

    /// The value of a key in this table, or at the top.
    pub(super) fn entry(&self, table: Option<&str>, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.table.as_deref() == table && entry.key == key)
    }

    /// Where an entry stands.
    pub(super) fn source(&self, entry: &Entry) -> Source {
        let key = match &entry.table {
            Some(table) => format!("{table}.{}", entry.key),
            None => entry.key.clone(),
        };
        Source::File { file: self.file.clone(), line: entry.line, key }
    }
}

impl Entry {
    /// Its value, where that is yes or no.
    pub(super) fn truth(&self) -> Option<bool> {
        match self.given {
            Given::Truth(truth) => Some(truth),
            Given::Text(_) | Given::List(_) => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    sheet: Sheet,
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

impl Reader<'_> {
    fn top(&mut self, key: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<(), Failure> {
        let Some(table) = value.get_ref().as_table() else { return self.entry(None, key, value) };
        let name = key.get_ref().as_ref();
        if name == PROFILES {
            return table.iter().try_for_each(|(name, profile)| self.profile(name, profile));
        }
        self.sheet.tables.push((name.to_owned(), line_at(self.text, &key.span())));
        table.iter().try_for_each(|(key, value)| self.entry(Some(name), key, value))
    }

    fn entry(
        &mut self,
        table: Option<&str>,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), Failure> {
        let table = table.map(str::to_owned);
        let (key, line) = (key.get_ref().to_string(), line_at(self.text, &key.span()));
        let given = given(value.get_ref());
        let entry = Entry { table, key, given: given.clone().unwrap_or(Given::Truth(false)), line };
        if given.is_none() {
            let subject = self.sheet.source(&entry).subject();
            let expected = "expected a text, a number, true, false or a list of texts";
            return Err(Failure::new(format!("{subject}: {expected}")));
        }
        self.sheet.entries.push(entry);
        Ok(())
    }

    fn profile(&mut self, name: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<(), Failure> {
        let fields = value.get_ref().as_table();
        let read = fields.ok_or(ProfileError::NotAnObject).and_then(|fields| {
            let fields = fields.iter().map(|(key, value)| (key.get_ref().to_string(), json(value)));
            OwnProfile::from_fields(name.get_ref(), &fields.collect::<Map<_, _>>())
        });
        let profile = read.map_err(|error| {
            let named = match &error {
                ProfileError::UnknownField(field) => field.as_str(),
                ProfileError::Unexpected { field, .. } => field,
                _ => "",
            };
            let key = fields.into_iter().flatten().find(|(key, _)| key.get_ref() == named);
            let line = line_at(self.text, &key.map_or(name.span(), |(key, _)| key.span()));
            let (file, name) = (&self.sheet.file, name.get_ref());
            Failure::new(format!("{file} line {line}: {PROFILES}.{name}: {error}"))
        })?;
        self.sheet.profiles.push(profile);
        Ok(())
    }
}

/// A value in our words; `None` of a kind that no option takes.
fn given(value: &DeValue<'_>) -> Option<Given> {
    match value {
        DeValue::Boolean(truth) => Some(Given::Truth(*truth)),
        DeValue::Array(values) => {
            values.iter().map(|value| text(value.get_ref())).collect::<Option<_>>().map(Given::List)
        }
        value => text(value).map(Given::Text),
    }
}

fn text(value: &DeValue<'_>) -> Option<OsString> {
    match value {
        DeValue::String(text) => Some(text.as_ref().into()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().into()),
        DeValue::Float(number) => Some(number.as_str().into()),
        _ => None,
    }
}

/// A profile's value as JSON; null of what JSON has no word for, which no field takes.
fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => number.as_str().parse::<i64>().map_or(Value::Null, Value::from),
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(Number::from_f64);
            number.map_or(Value::Null, Value::Number)
        }
        _ => Value::Null,
    }
}

/// The line that a place in the text is on.
fn line_at(text: &str, span: &Range<usize>) -> usize {
    let before = text.char_indices().take_while(|(at, _)| *at < span.start);
    before.filter(|(_, letter)| *letter == '\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Sheet, String> {
        Sheet::read("f".to_owned(), text).map_err(|failure| failure.message)
    }

    #[test]
    fn keys_are_found_in_their_table_with_their_line() {
        let sheet =
            read("quiet = true\n\n[run]\nmax-interval = \"2s\"\nkeep = 1_0\nfield = ['a', 2]\n")
                .unwrap();
        let entry =
            |table, key| sheet.entry(table, key).map(|entry| (entry.given.clone(), entry.line));
        assert_eq!(entry(None, "quiet"), Some((Given::Truth(true), 1)));
        assert_eq!(entry(Some("run"), "max-interval"), Some((Given::Text("2s".into()), 4)));
        assert_eq!(entry(Some("run"), "keep"), Some((Given::Text("10".into()), 5)));
        assert_eq!(
            entry(Some("run"), "field"),
            Some((Given::List(vec!["a".into(), "2".into()]), 6))
        );
        assert_eq!(entry(Some("run"), "quiet"), None);
        assert_eq!(sheet.tables, [("run".to_owned(), 3)]);
    }

    #[test]
    fn what_is_no_toml_or_no_value_is_refused_with_its_line() {
        for (text, refused) in [
            ("a = 1\na = 2\n", "f line 2: duplicate key"),
            (
                "[run]\nquiet = 1979-05-27\n",
                "f line 2: run.quiet: expected a text, a number, true, false or a list of texts",
            ),
            (
                "[profiles.a]\ninterval = 5\ncollect_cpu = 1\n",
                "f line 3: profiles.a: collect_cpu: expected true or false",
            ),
            ("[profiles]\na = 1\n", "f line 2: profiles.a: a profile is a JSON object"),
        ] {
            assert_eq!(read(text).unwrap_err(), refused);
        }
    }

    #[test]
    fn profiles_are_read_with_their_names() {
        let sheet = read("[profiles.ci]\ninterval = 0.5\nhistory_size = 9\n").unwrap();
        let [ci] = &sheet.profiles[..] else { panic!("{:?}", sheet.profiles) };
        assert_eq!((ci.name.as_str(), ci.interval.as_millis(), ci.history), ("ci", 500, 9));
    }
}
