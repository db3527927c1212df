//! Floor 7. A process of another procfs as the last look showed it, and whether it runs something else by now.

use procmon_model::process::{Image, ProcessKey};

use crate::linux::parse::Stat;

/// What the one line that is read at each look tells of what a process runs: as long as this stays the same, so does
/// its program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Face {
    /// The name that the kernel has for it.
    comm: Vec<u8>,
    /// Where its stack begins, another place after each execve(2); 0 where we have no right to know.
    stack: u64,
    /// Its page faults where the stack is hidden: no program starts without one.
    faults: Option<u64>,
}

impl Face {
    /// What a line of stat shows. The kernel's own threads change their names with what they work at, and never run
    /// anything else.
    pub(super) fn of(stat: &Stat, line: &[u8]) -> Self {
        if stat.is_kernels() {
            return Self::default();
        }
        Self {
            comm: line.get(stat.comm.clone()).unwrap_or_default().to_vec(),
            stack: stat.stack,
            faults: (stat.stack == 0).then_some(stat.minor_faults),
        }
    }
}

/// A living process of the tree.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) key: ProcessKey,
    image: Image,
    /// Seen before the image was read, so that an execve(2) in between is noticed at the next look.
    face: Face,
}

impl Member {
    pub(super) fn new(key: ProcessKey, image: Image, face: Face) -> Self {
        Self { key, image, face }
    }

    /// Whether something has changed that may mean another program, or another name.
    pub(super) fn has_another_face(&self, face: &Face) -> bool {
        self.face != *face
    }

    /// Takes what it runs by now; answers whether that is something else, or has another name. `is_copy`: it has not
    /// called execve(2) since its birth.
    pub(super) fn take(&mut self, mut now: Image, face: &Face, is_copy: bool) -> Option<&Image> {
        // One that is about to end has neither an executable nor a command line any more.
        let is_ending = now.exe.is_none() && now.command.is_empty() && self.image.exe.is_some();
        if is_ending {
            return None;
        }
        now.inherited = self.image.inherited && is_copy;
        let has_changed = self.face.comm != face.comm
            || (&self.image.name, &self.image.exe, &self.image.command)
                != (&now.name, &now.exe, &now.command)
            || self.image.inherited != now.inherited;
        self.face = face.clone();
        has_changed.then(|| {
            self.image = now;
            &self.image
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a line shows, by the kernel's flags, the page faults and the place of the stack.
    fn face(comm: &str, flags: u64, faults: u64, stack: u64) -> Face {
        let line = format!(
            "5 ({comm}) S 1 1 1 0 -1 {flags} {faults} 0 0 0 0 0 0 0 20 0 1 0 9 0 0 0 0 0 {stack}"
        );
        Face::of(&Stat::parse(line.as_bytes()).unwrap(), line.as_bytes())
    }

    fn image(words: &[&str], exe: Option<&str>) -> Image {
        let command = words.iter().map(|word| (*word).to_owned()).collect();
        Image { name: "x".into(), command, exe: exe.map(str::to_owned), ..Image::default() }
    }

    fn member(image: Image, face: Face) -> Member {
        Member::new(ProcessKey { pid: 5, start: 9 }, image, face)
    }

    #[test]
    fn page_faults_count_only_where_the_stack_is_hidden() {
        assert_eq!(face("a", 0, 1, 7), face("a", 0, 2, 7));
        assert_ne!(face("a", 0, 1, 0), face("a", 0, 2, 0));
        assert_ne!(face("a", 0, 1, 7), face("a", 0, 1, 8));
        assert_ne!(face("a", 0, 1, 7), face("b", 0, 1, 7));
    }

    #[test]
    fn a_thread_of_the_kernel_keeps_its_face_whatever_it_works_at() {
        let at_work = |work| face(work, 0x0020_0000, 0, 0);
        assert_eq!(at_work("kworker/0:1-events"), at_work("kworker/0:1-mm"));
    }

    #[test]
    fn only_another_program_or_name_or_command_line_is_told() {
        let known = image(&["x", "1"], Some("/bin/x"));
        let mut member = member(known.clone(), face("x", 0, 0, 7));
        assert_eq!(member.take(known.clone(), &face("x", 0, 0, 8), false), None);
        assert!(!member.has_another_face(&face("x", 0, 0, 8)));
        assert_eq!(member.take(known.clone(), &face("y", 0, 0, 8), false), Some(&known));
        let titled = image(&["x: idle"], Some("/bin/x"));
        assert_eq!(member.take(titled.clone(), &face("y", 0, 0, 9), false), Some(&titled));
        assert_eq!(member.take(image(&[], None), &face("y", 0, 0, 0), false), None);
        assert!(member.has_another_face(&face("y", 0, 0, 0)));
    }

    #[test]
    fn a_copy_of_its_parent_is_one_until_it_runs_a_program_of_its_own() {
        let known = Image { inherited: true, ..image(&["x"], Some("/bin/x")) };
        let mut member = member(known, face("x", 0x40, 0, 7));
        let same = || image(&["x"], Some("/bin/x"));
        assert_eq!(member.take(same(), &face("x", 0x40, 0, 8), true), None);
        assert_eq!(member.take(same(), &face("x", 0, 0, 9), false), Some(&same()));
    }
}
