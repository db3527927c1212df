//! The file of the summary: what becomes of one that was there, and of folders where we may not do everything.

use std::fs::{self, Metadata, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use procmon_model::analysis::Summary;

use crate::support::{Finished, Results, as_nobody, procmon, program};

/// The user and the group without any right.
const NOBODY: u32 = 65534;

fn run(path: &str) -> Finished {
    procmon(["run", "--quiet", "--summary", path, "true"]).run()
}

/// The file of an older and longer summary, of this mode.
fn older(results: &Results, mode: u32) -> Metadata {
    let path = results.path("summary.json");
    fs::write(&path, "x".repeat(100_000)).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    fs::metadata(path).unwrap()
}

fn change_mode(folder: &Path, mode: u32) {
    fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Lets a user without rights write over an older summary in a folder of this mode; the file is there as it was but
/// for what it holds, and nothing else.
fn check_written_in_place(mode: u32) {
    let (results, programs) = (Results::new(), tempfile::tempdir().unwrap());
    let before = older(&results, 0o666);
    let (folder, summary) = (results.path(""), results.word("summary.json"));
    let words = ["run", "--quiet", "--summary", &summary, "true"];
    let ours = as_nobody(programs.path(), &words);
    change_mode(&folder, mode);
    let finished = ours.run();
    change_mode(&folder, 0o700);
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{mode:o}");
    let after = fs::metadata(&summary).unwrap();
    assert_eq!(
        (after.ino(), after.mode(), after.uid()),
        (before.ino(), before.mode(), before.uid())
    );
    assert_eq!(results.summary().exit_code, Some(0));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
}

#[test]
fn a_summary_keeps_the_mode_and_the_owner_of_the_file_that_it_replaces() {
    for mode in [0o600, 0o640, 0o666, 0o755] {
        let results = Results::new();
        let before = older(&results, mode);
        let path = results.path("summary.json");
        if is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let owned = fs::metadata(&path).unwrap();
        assert_eq!(run(&results.word("summary.json")).err(), "");
        let after = fs::metadata(&path).unwrap();
        assert_eq!(after.mode(), before.mode());
        assert_eq!((after.uid(), after.gid()), (owned.uid(), owned.gid()));
        assert_ne!(after.ino(), before.ino(), "it was replaced as a whole");
        assert_eq!(results.summary().exit_code, Some(0));
    }
}

#[test]
fn a_new_summary_has_the_mode_that_the_user_wants_for_files() {
    let results = Results::new();
    let line = "umask 027; exec \"$@\"";
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary"];
    let summary = results.word("summary.json");
    let words = [&["-c", line, "sh"], &ours[..], &[&summary, "true"]].concat();
    assert_eq!(program("sh", words).run().err(), "");
    assert_eq!(fs::metadata(results.path("summary.json")).unwrap().mode() & 0o777, 0o640);
}

#[test]
fn a_file_in_a_folder_that_takes_no_other_is_written_in_place() {
    check_written_in_place(0o555);
}

#[test]
fn a_file_that_nobody_but_its_owner_may_replace_is_written_in_place() {
    if is_root() {
        check_written_in_place(0o1777);
    }
}

#[test]
fn a_file_of_somebody_elses_stays_theirs() {
    if is_root() {
        check_written_in_place(0o777);
    }
}

#[test]
fn a_file_that_we_may_not_write_is_replaced_where_the_folder_is_ours() {
    let (results, programs) = (Results::new(), tempfile::tempdir().unwrap());
    older(&results, 0o644);
    let (folder, summary) = (results.path(""), results.word("summary.json"));
    let words = ["run", "--quiet", "--summary", &summary, "true"];
    let ours = as_nobody(programs.path(), &words);
    change_mode(&folder, 0o777);
    assert_eq!(ours.run().err(), "");
    assert_eq!(results.summary().exit_code, Some(0));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
}

#[test]
fn a_file_that_cannot_be_made_is_said_in_one_line() {
    let programs = tempfile::tempdir().unwrap();
    let path = programs.path().join("summary.json");
    let words = ["run", "--quiet", "--summary", path.to_str().unwrap(), "true"];
    let ours = as_nobody(programs.path(), &words);
    if !is_root() {
        change_mode(programs.path(), 0o555);
    }
    let reason = "Permission denied (os error 13)";
    let path = path.display();
    ours.run().check_failure(
        0,
        &format!("procmon: the summary could not be written to {path}: {reason}\n"),
    );
}

#[test]
fn a_file_of_somebody_elses_under_a_name_of_ours_is_left_alone() {
    let results = Results::new();
    let (folder, summary) = (results.word(""), results.word("summary.json"));
    // The number of the shell is ours once it has become us.
    let line = "echo precious > \"$0/.procmon-$$-0\"; exec \"$@\"";
    let ours = [env!("CARGO_BIN_EXE_procmon"), "run", "--quiet", "--summary", &summary, "true"];
    let finished = program("sh", [&["-c", line, &folder], &ours[..]].concat()).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(results.summary().exit_code, Some(0));
    let names = fs::read_dir(results.path("")).unwrap().map(|entry| entry.unwrap().path());
    let others: Vec<_> = names.filter(|path| !path.ends_with("summary.json")).collect();
    assert_eq!(others.len(), 1, "{others:?}");
    assert_eq!(fs::read_to_string(&others[0]).unwrap(), "precious\n");
}

#[test]
fn a_summary_on_a_stream_of_ours_comes_below_what_was_written_there() {
    let results = Results::new();
    let log = results.word("log");
    for (stream, redirected) in [("stdout", ">"), ("stderr", "2>"), ("stdout", ">>")] {
        fs::write(&log, "").unwrap();
        let line = format!(
            "\"$0\" run --quiet --summary /dev/{stream} sh -c 'echo before; echo before >&2' {redirected} {log}"
        );
        let finished = program("sh", ["-c", &line, env!("CARGO_BIN_EXE_procmon")]).run();
        assert_eq!(finished.code, Some(0), "{}", finished.err());
        let text = fs::read_to_string(&log).unwrap();
        let (before, summary) = text.split_once('{').unwrap();
        assert_eq!(before, "before\n");
        let summary: Summary = serde_json::from_str(&format!("{{{summary}")).unwrap();
        assert_eq!(summary.exit_code, Some(0));
    }
}
