//! Floor 0. Texts of somebody else's, such as the name of a program, made safe to show.

/// A text without any letter that a terminal would obey or hide instead of showing it: each gives way to `stand_in`.
///
/// So a name can neither end our line, nor move the cursor, nor look like another name.
pub fn printable(text: &str, stand_in: char) -> String {
    text.chars().map(|letter| if is_invisible(letter) { stand_in } else { letter }).collect()
}

/// Control characters (general category Cc of Unicode), the separators of lines and paragraphs (Zl and Zp), and those
/// that say how others are to be written (Cf): bidirectional overrides, characters without width, tags. The few of
/// the last category that are seen, such as the Arabic signs before a number, are left in.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{e0001}')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(letter, '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}')
        || matches!(letter, '\u{1d173}'..='\u{1d17a}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_or_hides_is_taken_out() {
        let controls = ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\u{85}", "\u{9b}"];
        let directions = ["\u{202a}", "\u{202e}", "\u{2066}", "\u{2069}", "\u{200e}", "\u{61c}"];
        let hidden = ["\u{200b}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{e0041}"];
        let lines = ["\u{2028}", "\u{2029}", "\u{fff9}"];
        for odd in controls.iter().chain(&directions).chain(&hidden).chain(&lines) {
            assert_eq!(printable(&format!("a{odd}b"), '?'), "a?b", "{odd:?}");
        }
    }

    #[test]
    fn what_is_seen_stays() {
        let text = "npm run büild — 日本語 ½ \u{600}1 é ⚠\u{fe0f} \u{fffd}";
        assert_eq!(printable(text, '?'), text);
    }
}
