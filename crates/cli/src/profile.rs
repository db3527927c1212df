//! Floor 12. The profile that a word means: one of the six, one of the file of settings, a JSON object, or a file of one.

use std::ffi::OsStr;
use std::fs;
use std::sync::Arc;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command, Error};
use procmon_model::own_profile::{CUSTOM, OwnProfile};
use procmon_model::settings::PROFILES;

/// Reads what stands behind `--profile`.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileParser {
    /// Those of the file of settings, which go before the six.
    own: Arc<[OwnProfile]>,
    /// Whether every word is let through, since the file has not been read yet.
    is_early: bool,
}

impl ProfileParser {
    /// Knows these profiles beside the six.
    pub(crate) fn knowing(own: &[OwnProfile]) -> Self {
        Self { own: own.into(), is_early: false }
    }

    /// Takes any word for a profile, until the file that may hold it has been found.
    pub(crate) fn early() -> Self {
        Self { is_early: true, ..Self::default() }
    }

    fn named(&self, name: &str) -> Option<OwnProfile> {
        let own = self.own.iter().find(|profile| profile.name == name);
        own.cloned().or_else(|| OwnProfile::named(name))
    }

    fn names(&self) -> impl Iterator<Item = PossibleValue> {
        let is_own = |name: &str| self.own.iter().any(|profile| profile.name == name);
        let six = PROFILES.iter().filter(move |profile| !is_own(profile.name));
        let six = six.map(|profile| PossibleValue::new(profile.name).help(profile.purpose));
        six.chain(self.own.iter().map(|profile| PossibleValue::new(profile.name.clone())))
    }
}

impl TypedValueParser for ProfileParser {
    type Value = OwnProfile;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<OwnProfile, Error> {
        let text = value.to_str().unwrap_or_default();
        if self.is_early {
            return Ok(OwnProfile::from(&PROFILES[0]));
        }
        if let Some(profile) = self.named(text) {
            return Ok(profile);
        }
        if text.starts_with(['{', '@']) {
            return TypedValueParser::parse_ref(&written, command, arg, value);
        }
        let known = PossibleValuesParser::new(self.names());
        let name = TypedValueParser::parse_ref(&known, command, arg, value)?;
        self.named(&name).ok_or_else(|| Error::raw(clap::error::ErrorKind::InvalidValue, name))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names()))
    }
}

/// A profile that is written out, here or in the file behind the `@`.
fn written(text: &str) -> Result<OwnProfile, String> {
    let read = |text: &str| OwnProfile::from_json(CUSTOM, text).map_err(|error| error.to_string());
    let Some(path) = text.strip_prefix('@') else { return read(text) };
    let said = |error: String| format!("{path}: {error}");
    read(&fs::read_to_string(path).map_err(|error| said(error.to_string()))?).map_err(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parser: &ProfileParser, text: &str) -> Result<OwnProfile, String> {
        let command = Command::new("procmon");
        let read = TypedValueParser::parse_ref(parser, &command, None, OsStr::new(text));
        read.map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
    }

    #[test]
    fn a_profile_of_the_file_goes_before_one_of_the_six() {
        let own = OwnProfile { history: 7, ..OwnProfile::from(&PROFILES[0]) };
        let parser = ProfileParser::knowing(std::slice::from_ref(&own));
        assert_eq!(read(&parser, "standard"), Ok(own));
        assert_eq!(read(&parser, "daemon"), Ok(OwnProfile::from(&PROFILES[5])));
        assert_eq!(parser.names().count(), 6);
    }

    #[test]
    fn an_object_and_a_file_of_one_are_read_and_what_is_wrong_with_them_is_said() {
        let parser = ProfileParser::default();
        let expected = OwnProfile::from_json(CUSTOM, r#"{"interval": 5}"#).unwrap();
        assert_eq!(read(&parser, r#"{"interval": 5}"#), Ok(expected.clone()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.json");
        fs::write(&path, r#"{"interval": 5}"#).unwrap();
        assert_eq!(read(&parser, &format!("@{}", path.display())), Ok(expected));
        let refused = read(&parser, r#"{"history_size": "x"}"#).unwrap_err();
        assert!(
            refused.ends_with("history_size: expected a whole number up to 1000000"),
            "{refused}"
        );
        let refused = read(&parser, "@/no/such/file").unwrap_err();
        assert!(
            refused.ends_with("/no/such/file: No such file or directory (os error 2)"),
            "{refused}"
        );
    }
}
