//! Floor 7. What the tests with real processes share: patience with an end, and a process of a test's own.

use std::env;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::linux::kernel::process;

/// How long anything may take before its test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Set for a process that runs one test alone, to the name of the test.
const ALONE: &str = "PROCMON_TEST_ALONE";

/// Set for a process that plays a part in a test.
const PART: &str = "PROCMON_TEST_PART";

/// What a look finds, as soon as it finds something.
pub(crate) fn within<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The path of the test that this is called in.
macro_rules! test_path {
    () => {{
        fn here() {}
        let path = std::any::type_name_of_val(&here);
        path.strip_suffix("::here").and_then(|path| path.split_once("::")).unwrap().1.to_owned()
    }};
}
pub(crate) use test_path;

/// Runs a test in a process of its own behind a prefix of words; true where that is over and went well, false in
/// that process itself.
///
/// For tests that touch what the whole process has, such as its children or its signals.
pub(crate) fn runs_elsewhere(test: &str, prefix: &[&str]) -> bool {
    if env::var(ALONE).is_ok_and(|name| name == test) {
        return false;
    }
    let us = env::current_exe().unwrap();
    let mut words = prefix.iter().map(Path::new).chain([us.as_path()]);
    let output = Command::new(words.next().unwrap())
        .args(words)
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(ALONE, test)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{test}: {said}");
    true
}

/// Words that make a command nobody's, where we have the right.
pub(crate) fn as_nobody() -> Vec<&'static str> {
    let words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    if process::own_user() == 0 { words.to_vec() } else { Vec::new() }
}

/// Words that make a command the first of a pid namespace.
pub(crate) fn in_pid_namespace() -> Vec<&'static str> {
    let user = if process::own_user() == 0 { None } else { Some("--map-root-user") };
    ["unshare", "--fork", "--pid", "--mount-proc"].into_iter().chain(user).collect()
}

/// The command that plays a part of a test in a process of its own.
pub(crate) fn actor(test: &str) -> Vec<String> {
    let us = env::current_exe().unwrap().into_os_string().into_string().unwrap();
    let part = format!("{PART}={test}");
    let words = ["env", &part, &us, test, "--exact", "--nocapture", "--test-threads=1"];
    words.map(str::to_owned).to_vec()
}

/// Whether this process was started to play the part of a test.
pub(crate) fn is_actor(test: &str) -> bool {
    env::var(PART).is_ok_and(|name| name == test)
}

/// Says why a test has nothing to say here.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is to know")]
pub(crate) fn skipped(why: impl Display) {
    println!("skipped: {why}");
}

/// A folder that goes with its test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let name = format!("procmon-{}-{}", std::process::id(), test.replace("::", "-"));
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
