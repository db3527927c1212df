//! Floor 6. A summary that stays small: what is least missed goes first.

use std::mem;

use super::shape::{ProcessSummary, Summary, rounded};

/// The most bytes that a summary takes as one line of JSON; indented, it stays below 16 kB.
pub(super) const BYTES_MAX: usize = 15_000;

/// The longest text that a summary holds in one place, in bytes.
const TEXT_MAX: usize = 80;

/// Shortens a summary until it is small enough: texts first, then the ends of its lists.
pub(super) fn fit(summary: &mut Summary) {
    shorten_texts(summary);
    while length(summary) > BYTES_MAX {
        if !drop_last(summary) {
            return;
        }
    }
}

/// Drops the last entry of the longest list; false where none is left.
fn drop_last(summary: &mut Summary) -> bool {
    let lists: [&mut Vec<ProcessSummary>; 4] = [
        &mut summary.oom_killed,
        &mut summary.survivors,
        &mut summary.top.memory,
        &mut summary.top.cpu,
    ];
    let longest = lists.into_iter().max_by_key(|list| list.len());
    longest.is_some_and(|list| list.pop().is_some())
        || summary.by_thread_name.pop_last().is_some()
        || summary.by_role.pop_last().is_some()
        || summary.warnings.pop().is_some()
}

fn shorten_texts(summary: &mut Summary) {
    let processes = summary.top.cpu.iter_mut().chain(&mut summary.top.memory);
    let processes = processes.chain(&mut summary.survivors).chain(&mut summary.oom_killed);
    for process in processes {
        shorten(&mut process.command);
        shorten(&mut process.name);
        process.role.iter_mut().for_each(shorten);
    }
    let sentences = summary.warnings.iter_mut().map(|warning| &mut warning.message);
    let sentences = sentences.chain(&mut summary.accounting.reasons).chain(&mut summary.cwd);
    sentences.for_each(|sentence| cut(sentence, 6 * TEXT_MAX));
    for (mut label, role) in mem::take(&mut summary.by_role) {
        shorten(&mut label);
        let sum = summary.by_role.entry(label).or_default();
        sum.processes += role.processes;
        sum.cpu_ms = rounded(sum.cpu_ms + role.cpu_ms);
        sum.memory_peak_bytes = sum.memory_peak_bytes.max(role.memory_peak_bytes);
        sum.duration_ms = sum.duration_ms.max(role.duration_ms);
    }
    for holder in summary.memory_peak.iter_mut().flat_map(|peak| &mut peak.holders) {
        holder.role.iter_mut().for_each(shorten);
    }
}

fn shorten(text: &mut String) {
    cut(text, TEXT_MAX);
}

/// Cuts a text at a character's end, and says so.
fn cut(text: &mut String, most: usize) {
    if text.len() <= most {
        return;
    }
    let end = (0..=most - '…'.len_utf8()).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text.push('…');
}

fn length(summary: &Summary) -> usize {
    serde_json::to_vec(summary).map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        let mut text = "ä".repeat(TEXT_MAX);
        shorten(&mut text);
        assert!(text.len() <= TEXT_MAX && text.ends_with("ä…"), "{text}");
        let mut short = "short".to_owned();
        shorten(&mut short);
        assert_eq!(short, "short");
    }
}
