//! The tidy test's own tests: small trees that keep or break one rule each.

use super::rules::violations;
use super::source::SourceFile;

/// Says that a tree of (path, text) breaks exactly these rules.
#[track_caller]
fn check(tree: &[(&str, &str)], expected: &[&str]) {
    let files: Vec<SourceFile> = tree
        .iter()
        .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect();
    let found: Vec<String> = violations(&files).iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

/// A file on floor 3 and one on floor 6, with the given text in the lower one.
#[track_caller]
fn check_tree_below_engine(text: &str, expected: &[&str]) {
    let tree = format!("//! Floor 3. Tree.\n{text}");
    check(
        &[
            ("crates/model/src/lib.rs", "//! Floor 6. Model.\npub mod engine;\npub mod tree;\n"),
            ("crates/model/src/engine.rs", "//! Floor 6. Engine.\n"),
            ("crates/model/src/tree.rs", &tree),
        ],
        expected,
    );
}

const UPWARD: &str = "crates/model/src/tree.rs:2: floor 3 imports `crate::engine::Plan` of floor 6 \
                      (crates/model/src/engine.rs)";

#[test]
fn an_import_from_a_lower_floor_is_allowed() {
    check(
        &[
            ("crates/model/src/tree.rs", "//! Floor 3. Tree.\nuse crate::units::Bytes;\n"),
            ("crates/model/src/units.rs", "//! Floor 0. Units.\n"),
        ],
        &[],
    );
}

#[test]
fn an_import_from_a_higher_floor_is_found() {
    check_tree_below_engine("use crate::engine::Plan;", &[UPWARD]);
}

#[test]
fn a_path_in_an_expression_counts_as_an_import() {
    check_tree_below_engine("fn f() -> crate::engine::Plan { todo() }", &[UPWARD]);
}

#[test]
fn a_path_inside_a_macro_call_counts_as_an_import() {
    check_tree_below_engine("fn f() { vec![crate::engine::Plan] }", &[UPWARD]);
}

#[test]
fn an_import_by_way_of_super_is_found() {
    check_tree_below_engine(
        "\nuse super::engine;",
        &["crates/model/src/tree.rs:3: floor 3 imports `super::engine` of floor 6 \
           (crates/model/src/engine.rs)"],
    );
}

#[test]
fn super_inside_a_written_out_module_means_the_file_itself() {
    check_tree_below_engine("struct Tree; mod inner { use super::Tree; }", &[]);
}

#[test]
fn super_super_inside_a_written_out_module_leads_out_of_the_file() {
    check_tree_below_engine(
        "mod inner { use super::super::engine::Plan; }",
        &["crates/model/src/tree.rs:2: floor 3 imports `super::super::engine::Plan` of floor 6 \
           (crates/model/src/engine.rs)"],
    );
}

#[test]
fn every_branch_of_a_grouped_import_is_read() {
    check_tree_below_engine(
        "use crate::{tree::{self, Leaf}, engine::{Plan as Intention, self}};",
        &[
            UPWARD,
            "crates/model/src/tree.rs:2: floor 3 imports `crate::engine` of floor 6 \
             (crates/model/src/engine.rs)",
        ],
    );
}

#[test]
fn comments_and_strings_import_nothing() {
    check_tree_below_engine(
        "/// See [`crate::engine::Plan`].\n// use crate::engine::Plan;\n\
         const TEXT: &str = r#\"use crate::engine::Plan;\"#;",
        &[],
    );
}

#[test]
fn items_for_tests_may_import_what_they_like() {
    check_tree_below_engine(
        "#[cfg(test)]\nmod tests { use crate::engine::Plan; }\n\
         #[cfg(all(test, unix))]\nuse crate::{engine::Plan};\n\
         #[cfg(test)]\nconst fn f() { crate::engine::go() }\n\
         #[test]\nfn g() { crate::engine::go() }\n",
        &[],
    );
}

#[test]
fn what_follows_an_item_for_tests_is_read_again() {
    check_tree_below_engine(
        "#[cfg(test)] const ALL: [u8; 2] = { [1, 2] }; use crate::engine::Plan;",
        &[UPWARD],
    );
}

#[test]
fn files_for_tests_may_import_what_they_like() {
    check(
        &[
            ("crates/model/src/engine.rs", "//! Floor 6. Engine.\nuse crate::tree::Tree;\n"),
            (
                "crates/model/src/tree.rs",
                "//! Floor 3. Tree.\n#[cfg(test)]\nmod stories;\n#[cfg(test)]\nmod tests;\n",
            ),
            ("crates/model/src/tree/stories.rs", "//! Floor 3. Stories.\nuse crate::engine::Plan;"),
            ("crates/model/src/tree/tests.rs", "//! Floor 3. Tests.\nuse crate::engine::Plan;"),
        ],
        &[],
    );
}

#[test]
fn an_import_from_a_crate_that_lies_higher_is_found() {
    check(
        &[
            ("crates/model/src/lib.rs", "//! Floor 6. Model.\nuse procmon_sys::linux::parse;\n"),
            ("crates/sys/src/lib.rs", "//! Floor 7. Sys.\nuse procmon_model::anything::At;\n"),
            ("crates/sys/src/linux/mod.rs", "//! Floor 7. Linux.\n"),
            ("crates/sys/src/linux/parse.rs", "//! Floor 7. Parser.\n"),
        ],
        &["crates/model/src/lib.rs:2: floor 6 imports `procmon_sys::linux::parse` of floor 7 \
           (crates/sys/src/linux/parse.rs)"],
    );
}

#[test]
fn a_name_that_a_door_exports_is_traced_to_its_file() {
    check(
        &[
            (
                "crates/model/src/lib.rs",
                "//! Floor 6. Model.\npub use engine::Plan as Intention;\npub use units::Bytes;\n",
            ),
            ("crates/model/src/engine.rs", "//! Floor 6. Engine.\n"),
            (
                "crates/model/src/tree.rs",
                "//! Floor 3. Tree.\nuse crate::Bytes;\nuse crate::Intention;\n",
            ),
            ("crates/model/src/units.rs", "//! Floor 0. Units.\n"),
        ],
        &["crates/model/src/tree.rs:3: floor 3 imports `crate::Intention` of floor 6 \
           (crates/model/src/engine.rs)"],
    );
}

#[test]
fn a_door_stands_on_the_highest_floor_behind_it() {
    check(
        &[
            ("crates/core/src/driver.rs", "//! Floor 9. Driver.\nuse crate::sink::*;\n"),
            ("crates/core/src/format.rs", "//! Floor 8. Format.\nuse crate::sink;\n"),
            ("crates/core/src/sink/file.rs", "//! Floor 9. File.\n"),
            ("crates/core/src/sink/mod.rs", "//! Floor 8. Sinks.\npub use file::File;\n"),
        ],
        &["crates/core/src/format.rs:2: floor 8 imports `crate::sink` of floor 9 \
           (crates/core/src/sink/mod.rs)"],
    );
}

#[test]
fn two_files_that_import_each_other_are_a_cycle() {
    check(
        &[
            ("crates/model/src/a.rs", "//! Floor 1. A.\nuse crate::b::B;\n"),
            ("crates/model/src/b.rs", "//! Floor 1. B.\n\nuse super::a::A;\n"),
        ],
        &["crates/model/src/a.rs:2: files import each other: \
           crates/model/src/a.rs:2 imports crates/model/src/b.rs, \
           crates/model/src/b.rs:3 imports crates/model/src/a.rs"],
    );
}

#[test]
fn a_cycle_of_three_files_is_told_once() {
    check(
        &[
            ("crates/model/src/a.rs", "//! Floor 1. A.\nuse crate::b::B;\n"),
            ("crates/model/src/b.rs", "//! Floor 1. B.\nuse crate::c::C;\n"),
            ("crates/model/src/c.rs", "//! Floor 1. C.\nuse crate::a::A;\n"),
            ("crates/model/src/d.rs", "//! Floor 1. D.\nuse crate::a::A;\n"),
        ],
        &["crates/model/src/a.rs:2: files import each other: \
           crates/model/src/a.rs:2 imports crates/model/src/b.rs, \
           crates/model/src/b.rs:2 imports crates/model/src/c.rs, \
           crates/model/src/c.rs:2 imports crates/model/src/a.rs"],
    );
}

#[test]
fn siblings_that_meet_at_their_door_are_no_cycle() {
    check(
        &[
            (
                "crates/sys/src/linux/mod.rs",
                "//! Floor 7. L.\npub use parse::Stat;\nuse table::T;\n",
            ),
            ("crates/sys/src/linux/parse.rs", "//! Floor 7. Parser.\n"),
            ("crates/sys/src/linux/table.rs", "//! Floor 7. Table.\nuse super::Stat;\n"),
        ],
        &[],
    );
}

#[test]
fn a_program_uses_its_own_library() {
    check(
        &[
            ("crates/cli/src/lib.rs", "//! Floor 12. Library.\n"),
            (
                "crates/cli/src/main.rs",
                "//! Floor 12. Program.\nfn main() { procmon_cli::run() }\n",
            ),
        ],
        &[],
    );
}

#[test]
fn a_file_without_its_floor_is_found() {
    let message = "the first line is not `//! Floor N. <what this is, in one sentence>`";
    check(
        &[
            ("crates/model/src/a.rs", "\n//! Floor 1. Too late.\n"),
            ("crates/model/src/b.rs", "//! Floor one. In words.\n"),
            ("crates/model/src/c.rs", "//! Floor 1. \n"),
            ("crates/model/src/d/mod.rs", "pub mod e;\n"),
            ("tests/main.rs", "//! Tests stand on no floor.\n"),
        ],
        &[
            &format!("crates/model/src/a.rs:1: {message}"),
            &format!("crates/model/src/b.rs:1: {message}"),
            &format!("crates/model/src/c.rs:1: {message}"),
            &format!("crates/model/src/d/mod.rs:1: {message}"),
        ],
    );
}

#[test]
fn a_file_of_401_lines_is_too_long_whatever_its_language() {
    let lines = |count: usize| "//! Floor 1. A.\n".repeat(count);
    check(
        &[
            ("crates/model/src/a.rs", &lines(400)),
            ("js/run.cjs", &lines(401)),
            ("tests/b.rs", &lines(401)),
        ],
        &[
            "js/run.cjs:401: 401 lines, the most is 400",
            "tests/b.rs:401: 401 lines, the most is 400",
        ],
    );
}

#[test]
fn only_the_door_of_sys_asks_for_the_system() {
    check(
        &[
            (
                "crates/sys/src/clock.rs",
                "//! Floor 7. C.\nfn f() { cfg!(any(target_os = \"linux\")) }",
            ),
            (
                "crates/sys/src/lib.rs",
                "//! Floor 7. S.\n#[cfg(target_os = \"linux\")]\nmod linux;\n",
            ),
        ],
        &["crates/sys/src/clock.rs:2: `cfg(target_os)` stands in crates/sys/src/lib.rs alone"],
    );
}

#[test]
fn only_sys_is_unsafe() {
    check(
        &[
            (
                "crates/core/src/a.rs",
                "//! Floor 8. A.\n// unsafe here means nothing.\nfn f() { unsafe {} }",
            ),
            ("crates/sys/src/b.rs", "//! Floor 7. B.\nunsafe fn f() {}"),
        ],
        &["crates/core/src/a.rs:3: `unsafe` stands in crates/sys alone"],
    );
}

#[test]
fn a_file_that_is_no_rust_is_told_so() {
    check(
        &[("crates/model/src/a.rs", "//! Floor 1. A.\nfn f( {\n")],
        &["crates/model/src/a.rs:2: cannot be read as Rust: cannot parse string into token stream"],
    );
}
