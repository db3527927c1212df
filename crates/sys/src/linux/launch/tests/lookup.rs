//! Floor 7. Which file a command means, and why it cannot be run.

use std::fs;
use std::io;
use std::path::Path;

use procmon_model::event::Ending;
use procmon_model::ports::{Launch, LaunchError};

use crate::linux::support::{Folder, test_path};

use super::support::{command, end_of, held, output, refusal, script};

#[test]
fn a_command_that_is_nowhere_is_not_found() {
    for words in [["no-such-command", ""], ["/no/such/command", ""], ["", ""]] {
        let refused = refusal(&command(&words[..1]));
        assert!(matches!(refused, LaunchError::NotFound), "{words:?} {refused:?}");
    }
}

#[test]
fn a_file_without_the_right_to_execute_is_not_executable() {
    let folder = Folder::new(&test_path!());
    let plain = script(&folder, "plain", "exit 0\n", 0o644);
    let inside = format!("{plain}/tool");
    let bad = script(&folder, "bad", "#!/no/such/interpreter\n", 0o755);
    for (path, kind) in [
        (plain.as_str(), io::ErrorKind::PermissionDenied),
        (inside.as_str(), io::ErrorKind::NotADirectory),
        (bad.as_str(), io::ErrorKind::NotFound),
        ("/", io::ErrorKind::PermissionDenied),
    ] {
        let refused = refusal(&command(&[path]));
        let LaunchError::NotExecutable(error) = refused else { panic!("{path}: {refused:?}") };
        assert_eq!(error.kind(), kind, "{path}");
    }
}

#[test]
fn a_search_passes_over_what_cannot_be_executed() {
    let folder = Folder::new(&test_path!());
    script(&folder, "true", "exit 9\n", 0o644);
    let here = folder.file("").to_str().unwrap().to_owned();
    let path = |folders: &str| Some(vec![("PATH".into(), folders.into())]);
    let found = Launch { environment: path(&format!("{here}:/bin")), ..command(&["true"]) };
    let suspended = held(&found).unwrap();
    assert_eq!(suspended.executable().unwrap(), Path::new("/bin/true"));
    assert_eq!(end_of(suspended.release().unwrap().as_mut()).0, Ending::Code(0));

    let forbidden = Launch { environment: path(&here), ..command(&["true"]) };
    assert!(matches!(refusal(&forbidden), LaunchError::NotExecutable(error)
        if error.kind() == io::ErrorKind::PermissionDenied));
    let file = folder.file("true").to_str().unwrap().to_owned();
    let nowhere = Launch { environment: path(&file), ..command(&["true"]) };
    assert!(matches!(refusal(&nowhere), LaunchError::NotFound));
}

#[test]
fn a_working_directory_that_is_missing_is_told_apart() {
    let launch = Launch { cwd: Some("/no/such/folder".into()), ..command(&["true"]) };
    let refused = refusal(&launch);
    assert!(matches!(refused, LaunchError::Directory(error)
        if error.kind() == io::ErrorKind::NotFound));
}

#[test]
fn a_name_is_looked_for_from_the_working_directory_of_the_command() {
    let folder = Folder::new(&test_path!());
    script(&folder, "tool", "pwd\n", 0o755);
    let here = fs::canonicalize(folder.file("")).unwrap();
    let environment = Some(vec![("PATH".into(), ":/bin".into())]);
    let launch = Launch { cwd: Some(here.clone()), environment, ..command(&["tool"]) };
    assert_eq!(output(launch).trim_end(), here.to_str().unwrap());
}

#[test]
fn a_script_without_a_first_line_is_run_by_the_shell() {
    let folder = Folder::new(&test_path!());
    let path = script(&folder, "plain", "echo \"$0 $1|$2\"\n", 0o755);
    assert_eq!(output(command(&[&path, "a b", "c"])), format!("{path} a b|c\n"));
}
