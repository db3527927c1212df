//! Floor 7. The texts about control groups as values: parsers that take any bytes without a panic.
//!
//! The formats: cgroups(7), `proc_pid_mountinfo(5)` and `Documentation/admin-guide/cgroup-v2.rst` of the kernel.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::linux::parse;

/// One line of `/proc/pid/cgroup`: the group of a process in one hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Membership<'a> {
    controllers: &'a [u8],
    /// The group's path from the root of whoever reads the line: that of the cgroup namespace.
    pub(crate) path: &'a Path,
}

impl Membership<'_> {
    /// Whether it is in the one hierarchy of version 2, which is numbered 0 and names no controllers.
    pub(crate) const fn is_unified(&self) -> bool {
        self.controllers.is_empty()
    }

    /// Whether it is in the hierarchy of version 1 that accounts for memory.
    pub(crate) fn is_memory(&self) -> bool {
        names(self.controllers, b"memory")
    }
}

/// The groups of a process, in the order of the lines `4:memory:/path`. Only the path may have further colons.
pub(crate) fn memberships(cgroup: &[u8]) -> impl Iterator<Item = Membership<'_>> {
    lines(cgroup).filter_map(|line| {
        let mut fields = line.splitn(3, |byte| *byte == b':');
        let (_number, controllers) = (fields.next()?, fields.next()?);
        let path = Path::new(OsStr::from_bytes(fields.next()?));
        path.is_absolute().then_some(Membership { controllers, path })
    })
}

/// One line of `/proc/pid/mountinfo` that shows a hierarchy of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// The group that is shown, as a path from the root of whoever reads the line.
    root: PathBuf,
    /// Where it is shown.
    pub(crate) point: PathBuf,
    /// Whether it is the hierarchy of version 2.
    pub(crate) is_unified: bool,
    /// Whether it is the hierarchy of version 1 that accounts for memory.
    pub(crate) is_memory: bool,
}

impl Mount {
    fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = line.split(|byte| *byte == b' ');
        let (root, point) = (unescaped(fields.nth(3)?), unescaped(fields.next()?));
        // Between the mount's options and a lone hyphen stand any number of optional fields.
        let mut fields = fields.skip(1).skip_while(|field| *field != b"-").skip(1);
        let (kind, options) = (fields.next()?, fields.nth(1)?);
        let is_unified = kind == b"cgroup2";
        let is_memory = !is_unified && names(options, b"memory");
        // Every path begins with one that is empty, and would stay absolute without it.
        let is_hierarchy = root.is_absolute() && (is_unified || kind == b"cgroup");
        is_hierarchy.then_some(Self { root, point, is_unified, is_memory })
    }

    /// Where a group is shown; `None` where this mount does not reach up to it.
    pub(crate) fn shows(&self, group: &Path) -> Option<PathBuf> {
        let below = group.strip_prefix(&self.root).ok()?;
        let beside = below.components().any(|part| part.as_os_str() == "..");
        (!beside).then(|| self.point.join(below))
    }
}

/// The hierarchies of groups that are mounted, in the order of the lines.
pub(crate) fn mounts(mountinfo: &[u8]) -> impl Iterator<Item = Mount> {
    lines(mountinfo).filter_map(Mount::parse)
}

/// The number behind a key of a text with lines `key number`.
pub(crate) fn field(text: &[u8], key: &[u8]) -> Option<u64> {
    let of_line = |line: &[u8]| number(line.strip_prefix(key)?.strip_prefix(b" ")?);
    lines(text).find_map(of_line)
}

/// The number that is all of a text.
pub(crate) fn number(text: &[u8]) -> Option<u64> {
    parse::number(text.trim_ascii())
}

/// The numbers of the processes in a group. Those of other pid namespaces have none that we could use: 0.
pub(crate) fn members(procs: &[u8]) -> impl Iterator<Item = u64> {
    lines(procs).filter_map(number).filter(|pid| *pid != 0)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// Whether a list that commas part has this name.
fn names(list: &[u8], name: &[u8]) -> bool {
    list.split(|byte| *byte == b',').any(|entry| entry == name)
}

/// A path in which the kernel has written spaces, tabs, newlines and backslashes as `\` and three octal digits.
fn unescaped(path: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.first_chunk().filter(|_| *first == b'\\').copied().and_then(octal);
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &behind[3..] } else { behind };
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

fn octal(digits: [u8; 3]) -> Option<u8> {
    let digits = str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u8::from_str_radix(digits, 8).ok()
}
