//! Floor 7. A process and those above it, by number and start.

use std::iter;

use procmon_model::process::ProcessKey;

use crate::linux::image;

/// More than anybody's are.
const GENERATIONS_MAX: usize = 64;

/// A process, its parent, and so on up to the first of its namespace, or to the first that we may not see.
///
/// They are looked at one after the other: where one ends meanwhile, the rest may be those of whoever took its child in.
pub fn lineage(pid: u32) -> impl Iterator<Item = ProcessKey> {
    let mut next = pid;
    let up = iter::from_fn(move || {
        let pid = next;
        let stat = image::stat(pid)?;
        next = image::parent(pid, &stat);
        Some(ProcessKey { pid, start: stat.start })
    });
    up.take(GENERATIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_lineage_begins_with_us_and_our_parent() {
        let found: Vec<u32> = lineage(std::process::id()).map(|key| key.pid).collect();
        assert_eq!(found[..2], [std::process::id(), std::os::unix::process::parent_id()]);
        assert!(found.len() < GENERATIONS_MAX);
    }

    #[test]
    fn nobody_has_no_lineage() {
        assert_eq!(lineage(u32::MAX).count(), 0);
    }
}
