//! Floor 11. The two texts that Prometheus reads, and which of them a client asks for.

/// A text of samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// The text format 0.0.4, which everything reads.
    #[default]
    Text,
    /// `OpenMetrics` 1.0.
    OpenMetrics,
}

/// How much one side wants something: a weight in thousandths, and how exactly it was named.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    exactness: u8,
    weight: u16,
}

impl Format {
    /// The value of the header `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// What a header `Accept` prefers (RFC 9110, section 12.5.1): the text format unless the other has the larger weight,
    /// or the same one and is named more exactly. Who accepts neither gets the text format nevertheless.
    pub fn accepted(accept_header: Option<&str>) -> Self {
        let Some(header) = accept_header else { return Self::Text };
        let text = Self::Text.wish(header);
        let other = Self::OpenMetrics.wish(header);
        let is_preferred = (other.weight, other.exactness) > (text.weight, text.exactness);
        if is_preferred { Self::OpenMetrics } else { Self::Text }
    }

    fn name(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Text => ("text", "plain", "0.0.4"),
            Self::OpenMetrics => ("application", "openmetrics-text", "1.0.0"),
        }
    }

    /// What the most exact of the ranges says that this format falls in.
    fn wish(self, header: &str) -> Wish {
        header.split(',').filter_map(|range| self.wish_of(range)).max().unwrap_or_default()
    }

    fn wish_of(self, range: &str) -> Option<Wish> {
        let (kind, subtype, version) = self.name();
        let mut parts = range.split(';').map(str::trim);
        let (range_kind, range_subtype) = parts.next()?.split_once('/')?;
        let mut exactness = match (range_kind, range_subtype) {
            ("*", "*") => 1,
            (name, "*") if name.eq_ignore_ascii_case(kind) => 2,
            (first, second)
                if first.eq_ignore_ascii_case(kind) && second.eq_ignore_ascii_case(subtype) =>
            {
                3
            }
            _ => return None,
        };
        let mut weight = 1000;
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            if name.trim().eq_ignore_ascii_case("q") {
                weight = thousandths(value)?;
            }
            if name.trim().eq_ignore_ascii_case("version") {
                exactness = if value == version { 4 } else { return None };
            }
        }
        Some(Wish { exactness, weight })
    }
}

/// A weight between 0 and 1; `None` for anything else, whose range is passed over.
fn thousandths(text: &str) -> Option<u16> {
    let weight: f64 = text.parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    (0.0..=1.0).contains(&weight).then(|| (weight * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Prometheus 2.42 sends.
    const PROMETHEUS: &str = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    fn check(header: &str, expected: Format) {
        assert_eq!(Format::accepted(Some(header)), expected, "{header}");
    }

    #[test]
    fn the_text_format_is_for_everybody_who_asks_for_nothing_else() {
        assert_eq!(Format::accepted(None), Format::Text);
        for header in [
            "",
            "*/*",
            "text/html,*/*;q=0.8",
            "application/json",
            "text/*",
            "text/plain",
            "nonsense",
            ";;,/",
        ] {
            check(header, Format::Text);
        }
    }

    #[test]
    fn openmetrics_is_for_who_prefers_it() {
        for header in [
            PROMETHEUS,
            "application/openmetrics-text",
            "Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8",
            "application/openmetrics-text; version=1.0.0; escaping=allow-utf-8;q=0.6,text/plain;q=0.5",
            "application/openmetrics-text, */*",
        ] {
            check(header, Format::OpenMetrics);
        }
    }

    #[test]
    fn weights_decide_and_zero_refuses() {
        check("application/openmetrics-text;q=0.4,text/plain;version=0.0.4;q=0.5", Format::Text);
        check(
            "text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.95",
            Format::OpenMetrics,
        );
        check("application/openmetrics-text;q=0,text/plain;q=0", Format::Text);
        check("application/openmetrics-text;q=nonsense,text/plain;q=0.1", Format::Text);
        check("text/plain;q=0,*/*;q=0.5", Format::OpenMetrics);
    }

    #[test]
    fn a_version_that_is_not_spoken_is_passed_over() {
        check("application/openmetrics-text;version=0.0.1,text/plain;q=0.1", Format::Text);
        check("application/openmetrics-text;version=2.0.0", Format::Text);
    }
}
