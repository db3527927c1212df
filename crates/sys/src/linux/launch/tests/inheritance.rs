//! Floor 7. What a command takes over: streams, environment, signals and limits.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;

use procmon_model::event::Ending;
use procmon_model::ports::{Launch, LaunchError, Launcher, Stdio};

use crate::linux::launch::Starter;
use crate::linux::support::{Folder, runs_elsewhere, test_path};
use crate::world::SignalMask;

use super::support::{FOREIGN, command, end_of, ending, output, refusal, sh, started};

#[test]
fn each_stream_leads_where_it_was_told_to() {
    let (mut reader, writer) = io::pipe().unwrap();
    let (input, mut typed) = io::pipe().unwrap();
    typed.write_all(b"typed\n").unwrap();
    drop(typed);
    let both = Stdio::Descriptor(writer.as_raw_fd());
    let stdio = [Stdio::Descriptor(input.as_raw_fd()), both, both];
    let script = "read line; echo out $line; echo err >&2";
    let mut child = started(&Launch { stdio, ..sh(script) });
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "out typed\nerr\n");
    assert_eq!(end_of(child.as_mut()).0, Ending::Code(0));
}

#[test]
fn streams_that_lead_nowhere_are_open_and_empty() {
    let script = "[ $(readlink /proc/self/fd/0) = /dev/null ] && ! read line && echo x >&2";
    assert_eq!(ending(&sh(script)), Ending::Code(0));
}

#[test]
fn inherited_streams_stay_open_though_they_are_marked_to_be_closed_and_may_change_places() {
    let test = test_path!();
    if runs_elsewhere(&test, &[]) {
        return;
    }
    let folder = Folder::new(&test);
    for (fd, name) in [(0, "zero"), (1, "one"), (2, "two")] {
        let file = File::create(folder.file(name)).unwrap();
        // SAFETY: the numbers are those of open descriptors, and the second takes the place of the third.
        assert!(unsafe { libc::dup3(file.as_raw_fd(), fd + 100, libc::O_CLOEXEC) } > 0);
    }
    // SAFETY: as above; what the test harness writes to afterwards is put back below.
    let move_to = |from, to| unsafe { libc::dup3(from, to, libc::O_CLOEXEC) };
    for fd in 0..3 {
        assert_eq!(move_to(fd, fd + 50), fd + 50);
        assert_eq!(move_to(fd + 100, fd), fd);
    }
    let links = "readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 > \"$0\"";
    let listed = folder.file("listed");
    let words = ["sh", "-c", links, listed.to_str().unwrap()];
    let mut told = Vec::new();
    for stdio in [
        [Stdio::Inherit; 3],
        [Stdio::Descriptor(2), Stdio::Inherit, Stdio::Descriptor(0)],
        [Stdio::Descriptor(1), Stdio::Descriptor(2), Stdio::Descriptor(0)],
    ] {
        end_of(started(&Launch { stdio, ..command(&words) }).as_mut());
        told.push(fs::read_to_string(&listed).unwrap());
    }
    for fd in 0..3 {
        assert_eq!(move_to(fd + 50, fd), fd);
    }
    let paths =
        |names: [&str; 3]| names.map(|name| format!("{}\n", folder.file(name).display())).concat();
    let expected =
        [["zero", "one", "two"], ["two", "one", "zero"], ["one", "two", "zero"]].map(paths);
    // The second stream is the one that readlink was sent elsewhere with.
    let expected = expected.map(|paths| with_second(&paths, &listed));
    assert_eq!(told, expected);
}

fn with_second(paths: &str, second: &Path) -> String {
    let mut lines: Vec<String> = paths.lines().map(str::to_owned).collect();
    lines[1] = second.display().to_string();
    lines.join("\n") + "\n"
}

#[test]
fn a_stream_that_is_no_descriptor_is_a_failure_of_ours() {
    let stdio = [Stdio::Descriptor(100_000), Stdio::Null, Stdio::Null];
    let refused = refusal(&Launch { stdio, ..command(&["true"]) });
    assert!(matches!(refused, LaunchError::Failed(error)
        if error.raw_os_error() == Some(libc::EBADF)));
}

#[test]
fn the_environment_is_replaced_as_a_whole() {
    let environment = Some(vec![("A".into(), "b c".into()), ("D".into(), "".into())]);
    let launch = Launch { environment, ..command(&["/usr/bin/env"]) };
    assert_eq!(output(launch), "A=b c\nD=\n");
}

#[test]
fn without_an_environment_the_command_has_ours() {
    let ours = std::env::vars_os().count();
    let told = output(command(&["/usr/bin/env", "-0"]));
    assert_eq!(told.split_terminator('\0').count(), ours);
}

#[test]
fn a_command_begins_with_the_signals_of_whoever_started_us() {
    extern "C" fn handler(_: libc::c_int) {}
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    // SAFETY: the handler does nothing, and the others are the kernel's.
    unsafe {
        libc::signal(libc::SIGUSR1, handler as *const () as libc::sighandler_t);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
    }
    let _held = crate::linux::kernel::signals::hold_back_all();
    let mut starter = Starter::new(FOREIGN, SignalMask::of([libc::SIGUSR2]), None, Arc::default());
    let (mut reader, writer) = io::pipe().unwrap();
    let mut launch = command(&["cat", "/proc/self/status"]);
    launch.stdio[1] = Stdio::Descriptor(writer.as_raw_fd());
    let mut child = starter.launch(&launch).unwrap().release().unwrap();
    drop(writer);
    let mut status = String::new();
    reader.read_to_string(&mut status).unwrap();
    end_of(child.as_mut());
    let mask = |signal: i32| 1_u64 << (signal - 1);
    let ours = signals_of(&fs::read_to_string("/proc/self/status").unwrap(), "SigIgn");
    assert_eq!(ours & mask(libc::SIGPIPE), mask(libc::SIGPIPE));
    assert_eq!(ours & mask(libc::SIGHUP), mask(libc::SIGHUP));
    let inherited = ours & !mask(libc::SIGPIPE) & !mask(libc::SIGXFSZ);
    assert_eq!(signals_of(&status, "SigBlk"), mask(libc::SIGUSR2));
    assert_eq!(signals_of(&status, "SigIgn"), inherited);
    assert_eq!(signals_of(&status, "SigCgt"), 0);
}

/// A set of signals in a `/proc/pid/status`.
fn signals_of(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    u64::from_str_radix(line.unwrap().trim_start_matches(':').trim(), 16).unwrap()
}

#[test]
fn a_command_has_the_limit_of_descriptors_from_before_we_raised_ours() {
    if runs_elsewhere(&test_path!(), &["sh", "-c", "ulimit -Sn 321; exec \"$@\"", "sh"]) {
        return;
    }
    let limit = crate::linux::kernel::limits::raise_descriptor_limit().unwrap();
    let mut starter = Starter::new(FOREIGN, SignalMask::default(), Some(limit), Arc::default());
    let script = "[ $(ulimit -Sn) = 321 ] && [ $(ulimit -Hn) != 321 ]";
    let mut child = starter.launch(&sh(script)).unwrap().release().unwrap();
    assert_eq!(end_of(child.as_mut()).0, Ending::Code(0));
    assert!(crate::linux::kernel::limits::descriptor_limit() > 321);
}
