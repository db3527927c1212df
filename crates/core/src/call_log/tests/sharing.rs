//! Floor 10. A file that several write to.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::given::{DEADLINE, files};
use crate::call_log::lines::{Lines, Matter, Told};
use crate::call_log::shared_file::{Form, Refusal, Rotation, SharedFile, backup_path};

const NEVER: Rotation = Rotation { max_bytes: 0, backups: 0 };

fn shared(path: &Path, max_bytes: u64, backups: u32) -> SharedFile {
    SharedFile::new(path.to_owned(), Rotation { max_bytes, backups }, Form::LINES)
}

fn append(file: &mut SharedFile, texts: &[&str]) -> Told {
    let (mut lines, mut told) = (Lines::default(), Told::default());
    for text in texts {
        lines.add(format!("{text}\n").as_bytes(), Matter::Call);
    }
    while !lines.is_empty() {
        file.append(&mut lines, Instant::now() + DEADLINE, &mut told).unwrap();
    }
    told
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_full_file_becomes_number_one_and_the_oldest_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    let mut file = shared(&path, 10, 2);
    append(&mut file, &["aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg"]);
    assert_eq!(text(&path), "gggg\n");
    assert_eq!(text(&backup_path(&path, 1)), "eeee\nffff\n");
    assert_eq!(text(&backup_path(&path, 2)), "cccc\ndddd\n");
    assert_eq!(files(folder.path(), "timing.log").len(), 3);
}

#[test]
fn a_line_longer_than_a_file_may_be_has_one_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    append(&mut shared(&path, 10, 5), &["a", "a line that is long", "b"]);
    assert_eq!(text(&path), "b\n");
    assert_eq!(text(&backup_path(&path, 1)), "a line that is long\n");
    assert_eq!(text(&backup_path(&path, 2)), "a\n");
}

#[test]
fn a_file_without_a_bound_or_without_backups_is_never_rotated() {
    let folder = tempfile::tempdir().unwrap();
    for (name, max_bytes, backups) in [("one", 0, 5), ("two", 3, 0)] {
        let path = folder.path().join(name);
        append(&mut shared(&path, max_bytes, backups), &["aaaa", "bbbb"]);
        assert_eq!(text(&path), "aaaa\nbbbb\n");
    }
    assert_eq!(files(folder.path(), "").len(), 2);
}

#[test]
fn a_number_that_is_free_ends_the_renaming() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    fs::write(&path, "full enough\n").unwrap();
    fs::write(backup_path(&path, 1), "first\n").unwrap();
    fs::write(backup_path(&path, 3), "third\n").unwrap();
    append(&mut shared(&path, 10, u32::MAX), &["new"]);
    let numbered = |number| text(&backup_path(&path, number));
    assert_eq!([numbered(1), numbered(2), numbered(3)], ["full enough\n", "first\n", "third\n"]);
}

#[test]
fn older_files_that_somebody_clears_away_meanwhile_are_no_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                (1..4).for_each(|number| drop(fs::remove_file(backup_path(&path, number))));
            }
        });
        let mut file = shared(&path, 5, 3);
        for _ in 0..2000 {
            append(&mut file, &["full"]);
        }
        is_over.store(true, Ordering::Release);
        let trouble = file.not_rotated();
        assert!(trouble.is_none(), "{trouble:?}");
    });
}

#[test]
fn a_new_file_has_the_mode_of_the_one_that_was_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    fs::write(&path, "full enough\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    append(&mut shared(&path, 10, 1), &["new"]);
    assert_eq!(text(&path), "new\n");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn a_file_that_cannot_be_rotated_grows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    // Nothing is renamed over a folder.
    fs::create_dir(backup_path(&path, 1)).unwrap();
    let mut file = shared(&path, 6, 1);
    append(&mut file, &["aaaa", "bbbb", "cccc"]);
    assert_eq!(text(&path), "aaaa\nbbbb\ncccc\n");
    assert_eq!(file.not_rotated().unwrap().kind(), ErrorKind::IsADirectory);
}

#[test]
fn a_line_whose_writer_was_killed_is_ended_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    let mut file = shared(&path, 0, 0);
    append(&mut file, &["one"]);
    File::options().append(true).open(&path).unwrap().write_all(b"ha").unwrap();
    append(&mut file, &["two"]);
    assert_eq!(text(&path), "one\nha\ntwo\n");
}

#[test]
fn the_heading_stands_once_in_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.csv");
    let mut all: Vec<SharedFile> = (0..2)
        .map(|_| SharedFile::new(path.clone(), NEVER, Form::table(b"a,b\n".to_vec())))
        .collect();
    for file in &mut all {
        append(file, &["1,2"]);
    }
    assert_eq!(text(&path), "a,b\n1,2\n1,2\n");
    fs::remove_file(&path).unwrap();
    for file in &mut all {
        append(file, &["3,4"]);
    }
    assert_eq!(text(&path), "a,b\n3,4\n3,4\n");
}

#[test]
fn a_row_whose_writer_was_killed_takes_no_other_with_it() {
    let row = "1,\"say \"\"no\"\", he said,\r\ntwice\",3,\"\",\"x\"";
    for end in 1..row.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.csv");
        let mut file = SharedFile::new(path.clone(), NEVER, Form::table(b"a,b,c,d,e\n".to_vec()));
        append(&mut file, &[row]);
        // What is cut behind the line feed of a cell looks whole.
        if row.as_bytes()[end - 1] == b'\n' {
            continue;
        }
        File::options()
            .append(true)
            .open(&path)
            .unwrap()
            .write_all(&row.as_bytes()[..end])
            .unwrap();
        append(&mut file, &[row, row]);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let whole = ["1", "say \"no\", he said,\r\ntwice", "3", "", "x"];
        assert_eq!((rows.len(), &rows[0]), (4, &csv::StringRecord::from(&whole[..])), "{end}");
        assert!(rows[2..].iter().all(|row| *row == whole[..]), "{end}");
    }
}

#[test]
fn a_table_with_other_columns_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.csv");
    for (there, is_ours) in
        [("a,b\n1,2\n", true), ("a,b\r\n1,2\n", true), ("a,b,c\n1,2,3\n", false), ("a\n", false)]
    {
        fs::write(&path, there).unwrap();
        let mut file = SharedFile::new(path.clone(), NEVER, Form::table(b"a,b\n".to_vec()));
        let (mut lines, mut told) = (Lines::default(), Told::default());
        lines.add(b"3,4\n", Matter::Call);
        let result = file.append(&mut lines, Instant::now() + DEADLINE, &mut told);
        let refused = matches!(&result, Err(Refusal::Failed(error)) if error.kind() == ErrorKind::InvalidData);
        assert_eq!((result.is_ok(), refused), (is_ours, !is_ours), "{result:?}");
        let expected = if is_ours { format!("{there}3,4\n") } else { there.to_owned() };
        assert_eq!(text(&path), expected);
    }
}

#[test]
fn a_file_that_was_renamed_or_whose_folder_was_deleted_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs/timing.log");
    let mut file = shared(&path, 0, 0);
    append(&mut file, &["one"]);
    fs::rename(&path, folder.path().join("moved")).unwrap();
    append(&mut file, &["two"]);
    assert_eq!(text(&path), "two\n");
    assert_eq!(text(&folder.path().join("moved")), "one\n");
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    append(&mut file, &["three"]);
    assert_eq!(text(&path), "three\n");
}

#[test]
fn a_file_that_others_keep_locked_is_waited_for_to_the_moment_and_not_longer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("timing.log");
    let holder = File::create(&path).unwrap();
    holder.lock().unwrap();
    let (mut lines, mut told) = (Lines::default(), Told::default());
    lines.add(b"one\n", Matter::Call);
    let mut file = shared(&path, 0, 0);
    let begun = Instant::now();
    let until = begun + Duration::from_millis(20);
    let refused = file.append(&mut lines, until, &mut told);
    assert!(matches!(refused, Err(Refusal::Busy)), "{refused:?}");
    assert!(begun.elapsed() >= Duration::from_millis(20));
    assert_eq!((lines.bytes(), told), (4, Told::default()));
    holder.unlock().unwrap();
    file.append(&mut lines, Instant::now() + DEADLINE, &mut told).unwrap();
    assert_eq!(text(&path), "one\n");
}

#[test]
fn half_a_line_that_a_pipe_has_got_is_ended_before_the_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    // Whoever opens a pipe for both does not wait for anybody else.
    let mut options = File::options();
    let options = procmon_sys::without_waiting(options.read(true).write(true));
    let mut reader = options.open(&path).unwrap();
    let mut read_all = || {
        let mut text = Vec::new();
        assert_eq!(reader.read_to_end(&mut text).unwrap_err().kind(), ErrorKind::WouldBlock);
        text
    };
    let mut file = shared(&path, 10, 1);
    // A pipe holds 65,536 bytes at most (pipe(7)).
    let line = format!("{}\n", "x".repeat(39_999));
    append(&mut file, &[line.trim_end()]);
    let (mut lines, mut told) = (Lines::default(), Told::default());
    lines.add(line.as_bytes(), Matter::Call);
    let refused = file.append(&mut lines, Instant::now(), &mut told);
    assert!(matches!(refused, Err(Refusal::Failed(_))), "{refused:?}");
    assert_eq!((lines.bytes(), told), (40_000, Told::default()));
    let torn = read_all();
    assert!(torn.starts_with(line.as_bytes()) && torn.len() > line.len() && torn.ends_with(b"x"));
    file.append(&mut lines, Instant::now() + DEADLINE, &mut told).unwrap();
    assert_eq!(read_all(), format!("\n{line}").as_bytes());
}

proptest! {
    #[test]
    fn every_line_stands_once_and_in_order_and_no_file_is_too_large(
        sizes in prop::collection::vec(1_usize..120, 1..60),
        max_bytes in 1_u64..300,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timing.log");
        let mut writers = [shared(&path, max_bytes, 1000), shared(&path, max_bytes, 1000)];
        let mut expected = String::new();
        for (number, size) in sizes.iter().enumerate() {
            let line = format!("{number} {}", "x".repeat(*size));
            append(&mut writers[number % 2], &[&line]);
            expected.push_str(&line);
            expected.push('\n');
        }
        let count = u32::try_from(files(folder.path(), "timing.log.").len()).unwrap();
        let mut all = String::new();
        for path in (1..=count).rev().map(|number| backup_path(&path, number)).chain([path.clone()]) {
            let text = text(&path);
            prop_assert!(text.len() as u64 <= max_bytes || text.lines().count() == 1);
            all += &text;
        }
        prop_assert_eq!(all, expected);
    }
}
