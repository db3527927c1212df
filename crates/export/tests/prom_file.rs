//! Floor 11. Files for `node_exporter`: whole, and open to everybody's reading.

use std::path::Path;
use std::process::Command;

use procmon_export::exposition::{Exposition, Format, Names};
use procmon_export::prom_file;

use crate::support::programs::{answer, program};
use crate::support::scenes::scene;

/// Names the file to a copy of this test that runs with another mask of file modes.
const FILE: &str = "PROMFILE_OF_A_TEST";

#[test]
fn a_file_is_open_to_readers_whatever_our_mask_says() {
    if let Some(path) = std::env::var_os(FILE) {
        let exposition = Exposition::new(Names::Procmon, Vec::new(), Format::Text).unwrap();
        prom_file::write(Path::new(&path), &scene(&["jest"]), &exposition).unwrap();
        return;
    }
    let (Some(shell), Some(stat)) = (program("sh"), program("stat")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.prom");
    let status = Command::new(shell)
        .args(["-c", "umask 077 && exec \"$0\" --exact \"$1\""])
        .arg(std::env::current_exe().unwrap())
        .arg("prom_file::a_file_is_open_to_readers_whatever_our_mask_says")
        .env(FILE, &path)
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    let mode = answer(stat, &["-c", "%a", path.to_str().unwrap()], "");
    assert_eq!(mode, (0, "644\n".to_owned(), String::new()));
    let Some(promtool) = program("promtool") else { return };
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(answer(promtool, &["check", "metrics"], &text), (0, String::new(), String::new()));
}
