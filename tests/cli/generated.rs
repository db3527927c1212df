//! What is made out of the grammar: completions for shells, pages of the manual.

use crate::support::{Finished, procmon, program};

/// Every command, as the help lists them.
fn commands() -> Vec<String> {
    let help = procmon(["--help"]).run();
    let (_, list) = help.out().split_once("\nCommands:\n").unwrap();
    let lines = list.split("\n\n").next().unwrap().lines();
    lines.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

/// The long options of a command, as its help lists them.
fn options_of(command: &str) -> Vec<String> {
    let help = procmon([command, "--help"]).run();
    let lines = help.out().lines().map(|line| line.trim_start().trim_start_matches("-h, "));
    let options = lines.filter(|line| line.starts_with("--"));
    options.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

fn answer(finished: &Finished) -> &str {
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    finished.out()
}

#[test]
fn bash_understands_its_completions_and_completes_every_command_and_option() {
    let script = procmon(["completions", "bash"]).run();
    let script = answer(&script);
    let complete = |words: &str, last: usize| {
        let question = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}; \
             _procmon procmon \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{last}-1]}}\"\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let finished = program("bash", ["--norc"]).input(question).run();
        answer(&finished).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete("procmon conv", 1), ["convert"]);
    assert_eq!(complete("procmon run --accounting tr", 3), ["trace"]);
    let mut offered = complete("procmon ''", 1);
    offered.retain(|word| !word.starts_with('-'));
    assert_eq!(offered, commands());
    for command in ["run", "peaks", "bench"] {
        let mut offered = complete(&format!("procmon {command} --"), 2);
        let mut known = options_of(command);
        offered.sort();
        known.sort();
        assert_eq!(offered, known, "of procmon {command}");
    }
}

#[test]
fn other_shells_get_completions_that_name_every_option_of_run() {
    let check = |shell: &str, forms: &[&dyn Fn(&str) -> String]| {
        let script = procmon(["completions", shell]).run();
        for option in options_of("run") {
            let name = option.trim_start_matches('-');
            let is_named = forms.iter().any(|form| answer(&script).contains(&form(name)));
            assert!(is_named, "{option} for {shell}");
        }
    };
    check("zsh", &[&|name| format!("--{name}["), &|name| format!("--{name}=[")]);
    check("fish", &[&|name| format!(" -l {name} -d ")]);
    check("elvish", &[&|name| format!(" cand --{name} ")]);
    check("powershell", &[&|name| format!("::new('--{name}', '--{name}', ")]);
}

#[test]
fn a_shell_that_is_not_known_gets_the_list_of_those_that_are() {
    let finished = procmon(["completions", "tcsh"]).run();
    let expected = "procmon: invalid value 'tcsh' for '<SHELL>' \
        [possible values: bash, elvish, fish, powershell, zsh]\n  \
        hint: did you mean `zsh`?\n";
    assert_eq!((finished.code, finished.err(), finished.out()), (Some(2), expected, ""));
}

#[test]
fn there_is_a_page_of_the_manual_for_each_command_and_one_for_all() {
    let version = env!("CARGO_PKG_VERSION");
    let whole = procmon(["man"]).run();
    let whole = answer(&whole);
    assert!(whole.contains(&format!(".TH procmon 1  \"procmon {version}\" procmon\n")), "{whole}");
    for command in commands() {
        assert!(whole.contains(&format!("procmon\\-{command}(1)\n")), "{command}");
        let page = procmon(["man", &command]).run();
        let page = answer(&page);
        let title = format!(".TH procmon-{command} 1  \"procmon {version}\" procmon\n");
        assert!(page.contains(&title), "{page}");
        assert_eq!(page.matches(".SH EXAMPLES\n").count(), 1, "{page}");
        for option in options_of(&command) {
            let option = option.replace('-', "\\-");
            assert!(page.contains(&format!("\\fB{option}\\fR")), "{option}: {page}");
        }
    }
}

#[test]
fn man_has_nothing_to_say_against_the_pages() {
    let formatter = "groff";
    if program("sh", ["-c", "command -v groff"]).run().code != Some(0) {
        return;
    }
    for words in [&["man"][..], &["man", "run"], &["man", "summary"], &["man", "bench"]] {
        let page = procmon(words).run();
        let words = ["-man", "-Tutf8", "-ww", "-z"];
        let finished = program(formatter, words).input(page.stdout).run();
        assert_eq!(answer(&finished), "");
    }
}

#[test]
fn a_command_that_is_not_there_has_no_page() {
    let finished = procmon(["man", "rnu"]).run();
    let expected =
        "procmon: procmon has no command rnu\n  hint: `procmon --help` has every command\n";
    assert_eq!((finished.code, finished.err(), finished.out()), (Some(2), expected, ""));
}
