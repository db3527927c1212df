//! Floor 7. Processes looked at once, by number: who is there, whose child, running what.
//!
//! What is found here belongs to whoever had the number at that moment; who needs to be sure compares start times.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;

use procmon_model::process::{Image, ProcessKey};
use procmon_model::redaction;
use procmon_model::role::{ENVIRONMENT_NAMES, depends_on_environment};

use crate::linux::parse::{self, Stat};
use crate::linux::procfs::{INIT, Procfs};

/// What is read of a command line at most; Linux lets a single word be as long.
const LONGEST_COMMAND: u64 = 128 * 1024;

/// What is read of an environment at most.
const LONGEST_ENVIRONMENT: u64 = 1024 * 1024;

/// How many characters of a variable are kept.
const LONGEST_VALUE: usize = 200;

/// How often the words of a process that has none are asked for; some tens of microseconds in all.
const ATTEMPTS: u32 = 20;

/// What a process of our own procfs runs: [`Procfs::image`].
pub(crate) fn image(pid: u32) -> Option<Image> {
    Procfs::own().image(pid)
}

/// What the scheduler knows of a process of our own procfs: [`Procfs::stat`].
pub(crate) fn stat(pid: u32) -> Option<Stat> {
    Procfs::own().stat(pid)
}

/// The user that a process of our own procfs acts as: [`Procfs::uid`].
pub(crate) fn uid(pid: u32) -> Option<u32> {
    Procfs::own().uid(pid)
}

/// Every process of our own procfs: [`Procfs::scan`].
pub(crate) fn scan() -> Vec<(ProcessKey, u32)> {
    Procfs::own().scan()
}

impl Procfs {
    /// What a process runs, secrets masked; `None` where there is no such process.
    ///
    /// Whatever is refused (of another user's or a setuid process) or has gone with its memory (of one that has ended)
    /// is empty or `None`.
    pub(crate) fn image(&self, pid: u32) -> Option<Image> {
        let exe = self.link(pid, "exe").map(|path| without_deleted(&path));
        let words = self.settled_command(pid, exe.is_some())?;
        let path = exe.as_deref().map(Path::new).or(words.first().map(|word| title_path(word)));
        let name = match path {
            Some(path) => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
            None => self.comm(pid)?,
        };
        let environment =
            if depends_on_environment(&name) { self.environment(pid) } else { BTreeMap::new() };
        Some(Image {
            name,
            command: redaction::redacted(&words),
            exe,
            cwd: self.link(pid, "cwd"),
            environment,
            role: None,
            inherited: false,
        })
    }

    /// The user that a process acts as; `None` where there is no such process.
    pub(crate) fn uid(&self, pid: u32) -> Option<u32> {
        // The folder itself belongs to the effective user even where its files belong to root (proc_pid(5)).
        fs::metadata(self.of(pid)).ok().map(|folder| folder.uid())
    }

    /// Every process there is, with its parent's number, in no order.
    pub(crate) fn scan(&self) -> Vec<(ProcessKey, u32)> {
        // Listed first, so that one descriptor is enough to look with.
        let pids: Vec<u32> = self.pids().into_iter().flatten().collect();
        pids.into_iter()
            .filter_map(|pid| {
                let stat = self.stat(pid)?;
                Some((ProcessKey { pid, start: stat.start }, parent(pid, &stat)))
            })
            .collect()
    }

    /// The words of the command line, waited for a little where a program has none.
    ///
    /// In the middle of an execve(2) the new program is there before its words are, and vfork(2) has let the parent go
    /// on by then.
    fn settled_command(&self, pid: u32, has_program: bool) -> Option<Vec<String>> {
        for _ in 1..ATTEMPTS {
            let words = self.command(pid)?;
            if !words.is_empty() || !has_program {
                return Some(words);
            }
            thread::yield_now();
        }
        self.command(pid)
    }

    /// The words of the command line, empty where there are none; `None` where there is no such process.
    fn command(&self, pid: u32) -> Option<Vec<String>> {
        let cmdline = match self.contents(pid, "cmdline", LONGEST_COMMAND) {
            Err(error) if error.kind() != io::ErrorKind::PermissionDenied => return None,
            result => result.unwrap_or_default(),
        };
        let mut words: Vec<String> = parse::words(&cmdline).map(lossy).collect();
        if cmdline.len() as u64 == LONGEST_COMMAND
            && let Some(cut) = words.last_mut()
        {
            cut.push('…');
        }
        Some(words)
    }

    fn environment(&self, pid: u32) -> BTreeMap<String, String> {
        let environ = self.contents(pid, "environ", LONGEST_ENVIRONMENT).unwrap_or_default();
        let mut found = BTreeMap::new();
        for (name, value) in parse::variables(&environ, ENVIRONMENT_NAMES) {
            // Of two variables with one name getenv(3) finds the first.
            found
                .entry(name.to_owned())
                .or_insert_with(|| lossy(value).chars().take(LONGEST_VALUE).collect());
        }
        found
    }

    /// The name that the kernel has for it: of a thread of its own, or of a process without memory.
    fn comm(&self, pid: u32) -> Option<String> {
        let line = self.contents(pid, "stat", u64::MAX).ok()?;
        Some(lossy(line.get(Stat::parse(&line)?.comm)?))
    }

    fn link(&self, pid: u32, name: &str) -> Option<String> {
        let path = fs::read_link(self.file(pid, name));
        path.ok().map(|path| lossy(path.as_os_str().as_bytes()))
    }
}

/// The number of a process's parent.
///
/// A process that came into a pid namespace from outside (setns(2), as `docker exec` does) has no parent in it and
/// counts as one of the first process's, which takes it in as soon as the other ends. The kernel's own have none.
pub(crate) fn parent(pid: u32, stat: &Stat) -> u32 {
    let came_from_outside = stat.parent == 0 && pid != INIT && !stat.is_kernels();
    if came_from_outside { INIT } else { stat.parent }
}

/// The path in the first word of a command line, which may be a title such as `sshd: somebody@pts/0`.
fn title_path(word: &str) -> &Path {
    Path::new(word.split_once(": ").map_or(word, |(path, _)| path))
}

/// The path of an executable that has been replaced or removed since it was started, as it was.
fn without_deleted(path: &str) -> String {
    path.strip_suffix(" (deleted)").unwrap_or(path).to_owned()
}

fn lossy(bytes: &[u8]) -> String {
    OsStr::from_bytes(bytes).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;
    use std::process::{Command, Stdio};
    use std::{env, iter};

    use super::*;

    /// Looks at a shell that waits for its end, started under any path and with any words.
    fn look<T>(command: &mut Command, words: &[&OsStr], look: impl FnOnce(u32) -> T) -> T {
        command.args(["-c", "echo; read end"]).args(words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        let found = look(child.id());
        drop(child.stdin.take());
        child.wait().unwrap();
        found
    }

    fn real_path(path: &str) -> String {
        fs::canonicalize(path).unwrap().to_string_lossy().into_owned()
    }

    #[test]
    fn tells_the_words_the_program_and_the_folder_of_a_process() {
        let words = ["two words", "", "new\nline)"].map(OsStr::new);
        let bytes = OsStr::from_bytes(b"\xff\xfe.");
        let found = look(
            Command::new("/bin/sh").current_dir("/usr").env_clear(),
            &[words[0], words[1], words[2], bytes],
            image,
        );
        let image = found.unwrap();
        let expected =
            ["/bin/sh", "-c", "echo; read end", "two words", "", "new\nline)", "\u{fffd}\u{fffd}."];
        assert_eq!(image.command, expected);
        assert_eq!(
            (image.exe.as_deref(), image.cwd.as_deref()),
            (Some(&*real_path("/bin/sh")), Some("/usr"))
        );
        assert_eq!(
            Some(image.name),
            image.exe.and_then(|exe| exe.rsplit('/').next().map(str::to_owned))
        );
        assert_eq!((image.environment.len(), image.role, image.inherited), (0, None, false));
    }

    #[test]
    fn a_secret_on_a_command_line_stays_there() {
        let words = [OsStr::new("--password=hunter2-and-more")];
        let command = look(&mut Command::new("/bin/sh"), &words, image).unwrap().command;
        assert_eq!(command.len(), 4);
        assert!(command[3].starts_with("--password=") && !command[3].contains("hunter2"));
    }

    #[test]
    fn tells_of_the_environment_only_what_is_on_the_list() {
        let long = "é".repeat(LONGEST_VALUE + 1);
        let [one, two] = [ENVIRONMENT_NAMES[0], ENVIRONMENT_NAMES[1]];
        let mut command = Command::new("/bin/sh");
        command.env_clear().env("SECRET", "x").env(one, "7").env(two, long);
        let found = look(&mut command, &[], image).unwrap().environment;
        let expected =
            [(one.to_owned(), "7".to_owned()), (two.to_owned(), "é".repeat(LONGEST_VALUE))];
        assert_eq!(found, BTreeMap::from(expected));
    }

    #[test]
    fn a_very_long_command_line_is_cut_and_says_so() {
        let words: Vec<String> = iter::repeat_n("w".repeat(1023), 200).collect();
        let words: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
        let command = look(&mut Command::new("/bin/sh"), &words, image).unwrap().command;
        let bytes: usize = command.iter().map(|word| word.len() + 1).sum();
        assert_eq!(bytes, usize::try_from(LONGEST_COMMAND).unwrap() + '…'.len_utf8() + 1);
        assert!(command.last().unwrap().ends_with('…'));
    }

    #[test]
    fn an_executable_that_was_removed_keeps_its_path() {
        let program = env::temp_dir().join(format!("procmon-image-{}", std::process::id()));
        symlink("/bin/sh", &program).unwrap();
        let mut command = Command::new(&program);
        let through_link = look(&mut command, &[], |pid| {
            fs::remove_file(&program).unwrap();
            image(pid).unwrap()
        });
        assert_eq!(through_link.exe, Some(real_path("/bin/sh")));
        assert_eq!(without_deleted("/tmp/a b (deleted)"), "/tmp/a b");
        assert_eq!(without_deleted("/tmp/a b"), "/tmp/a b");
    }

    #[test]
    fn a_process_that_has_ended_has_a_name_until_it_is_waited_for() {
        let mut child = Command::new("/bin/sh").args(["-c", ":"]).spawn().unwrap();
        let pid = child.id();
        while stat(pid).is_some_and(|stat| stat.state != b'Z') {
            thread::yield_now();
        }
        let ended = image(pid).unwrap();
        assert_eq!(
            (&*ended.name, ended.command.len(), ended.exe, ended.cwd),
            ("sh", 0, None, None)
        );
        child.wait().unwrap();
        assert_eq!((image(pid), stat(pid), uid(pid)), (None, None, None));
    }

    #[test]
    fn a_title_names_its_program() {
        assert_eq!(title_path("sshd: me@pts/0"), Path::new("sshd"));
        assert_eq!(title_path("/usr/bin/my app"), Path::new("/usr/bin/my app"));
    }

    #[test]
    fn finds_a_child_among_all_processes_and_whose_it_is() {
        let us = std::process::id();
        let (all, key) = look(&mut Command::new("/bin/sh"), &[], |pid| {
            (scan(), ProcessKey { pid, start: stat(pid).unwrap().start })
        });
        assert!(all.contains(&(key, us)));
        assert_eq!(all.iter().filter(|(found, _)| found.pid == us).count(), 1);
        assert_eq!(uid(us), fs::metadata("/proc/self").ok().map(|folder| folder.uid()));
    }
}
