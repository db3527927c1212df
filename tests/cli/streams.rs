//! The command's standard streams: they are its own, byte for byte.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::{procmon, program, python, shell};

/// More than a pipe takes at once.
const PLENTY: usize = 100_000;

#[test]
fn both_outputs_arrive_whole_and_apart() {
    let write_both = "import os\n\
        for at in range(100):\n    \
            os.write(1, b'o' * 1000)\n    \
            os.write(2, b'e' * 1000)";
    let finished = procmon(["run", "--quiet"].iter().chain(&python(write_both))).run();
    assert_eq!(finished.code, Some(0));
    assert_eq!(finished.stdout, b"o".repeat(PLENTY));
    assert_eq!(finished.stderr, b"e".repeat(PLENTY));
}

#[test]
fn our_words_follow_the_commands_on_stderr_and_leave_stdout_alone() {
    let finished = procmon(["run"].iter().chain(&shell("echo data; echo log >&2; exit 5"))).run();
    assert_eq!((finished.code, finished.out()), (Some(5), "data\n"));
    let (commands, ours) = finished.err().split_at("log\n".len());
    assert_eq!(commands, "log\n");
    let verdict = "\nprocmon: sh -c echo data; echo log >&2; exit 5 exited with 5 after ";
    assert!(ours.starts_with(verdict), "{ours}");
    assert!(!ours.contains('\x1b'), "no colours without a terminal: {ours}");
}

#[test]
fn colours_are_there_where_they_are_demanded() {
    let coloured = |words: &[&str], name: &str| {
        let finished = procmon(words.iter().chain(&["true"])).env(name, "1").run();
        finished.err().contains("\x1b[")
    };
    assert!(coloured(&["run", "--color", "always"], "NO_COLOR"));
    assert!(coloured(&["run"], "FORCE_COLOR"));
    assert!(!coloured(&["run", "--color", "never"], "FORCE_COLOR"));
    assert!(!coloured(&["run"], "NO_COLOR"));
}

#[test]
fn the_command_reads_what_we_are_given() {
    let input = b"line\n".repeat(PLENTY / 5);
    let finished = procmon(["run", "--quiet", "cat"]).input(input.clone()).run();
    assert_eq!((finished.code, &finished.stdout), (Some(0), &input));
}

#[test]
fn a_muted_command_is_not_heard_and_we_are() {
    let finished = procmon(["run", "--mute"].iter().chain(&shell("echo a; echo b >&2"))).run();
    assert_eq!((finished.code, finished.out()), (Some(0), ""));
    assert!(finished.err().starts_with("\nprocmon: sh -c echo a; echo b >&2 exited with 0 after "));
}

#[test]
fn quiet_means_no_words_of_ours() {
    let words = ["run", "--quiet", "--color", "always"];
    let finished = procmon(words.iter().chain(&shell("echo a; echo b >&2; exit 1"))).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(1), "a\n", "b\n"));
}

#[test]
fn every_byte_of_the_commands_words_arrives() {
    let show = "import os, sys\n\
        sys.stdout.buffer.write(b'\\0'.join(map(os.fsencode, sys.argv[1:])))";
    let odd: [&[u8]; 6] = [b"two words", b"a\nb", b"\xff\xfe", b"", b"--json", "ü".as_bytes()];
    let words = [&["run", "--quiet"][..], &python(show)].concat();
    let words = words.into_iter().map(OsStr::new).chain(odd.map(OsStr::from_bytes));
    let finished = procmon(words).run();
    assert_eq!((&finished.stdout, finished.err()), (&odd.join(&0), ""));
}

#[test]
fn the_command_finds_its_surroundings_as_without_us() {
    // Signals above 28 are left out: the C library keeps some of them to itself.
    let look = shell(
        "sed -nE 's/^(Sig(Blk|Ign)):.*(.{7})$/\\1 \\3/p; /^(NoNewPrivs|Seccomp):/p' /proc/self/status; ulimit -a",
    );
    let with_some_ignored = |command: &[&str]| {
        let prepare = "trap '' USR2 HUP; exec \"$@\"";
        program("sh", ["-c", prepare, "sh"].iter().chain(command)).run()
    };
    let plain = with_some_ignored(&look);
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet"];
    let watched = with_some_ignored(&[&ours[..], &look].concat());
    // Bits 0 and 11 are HUP and USR2.
    assert!(
        plain.out().starts_with("SigBlk 0000000\nSigIgn 0000801\nNoNewPrivs:"),
        "{}",
        plain.out()
    );
    assert_eq!(watched.out(), plain.out());
}

#[test]
fn the_command_does_not_see_what_the_shim_tells_us() {
    let words = ["run", "--quiet", "env"];
    let finished = procmon(words).env("PROCMON_SHIM_PID", "1").env("KEPT", "yes").run();
    let variables: Vec<&str> = finished.out().lines().collect();
    assert!(variables.contains(&"KEPT=yes"));
    assert!(!finished.out().contains("PROCMON_SHIM_PID"));
}
