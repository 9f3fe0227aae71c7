//! The page about the command line keeps up with the command line.

use std::collections::BTreeSet;

use crate::bench::Bench;

const PAGE: &str = include_str!("../../../docs/command-line.md");

const COMMANDS: [&[&str]; 42] = [
    &[],
    &["run"],
    &["rerun"],
    &["resume"],
    &["plan"],
    &["batch"],
    &["watch"],
    &["new"],
    &["validate"],
    &["extract"],
    &["blocks"],
    &["status"],
    &["forget"],
    &["voices"],
    &["voices", "list"],
    &["voices", "explain"],
    &["voices", "sync"],
    &["voices", "preview"],
    &["tts"],
    &["colorize"],
    &["upload"],
    &["config"],
    &["config", "check"],
    &["config", "show"],
    &["doctor"],
    &["jobs"],
    &["jobs", "submit"],
    &["jobs", "list"],
    &["jobs", "show"],
    &["jobs", "watch"],
    &["jobs", "cancel"],
    &["jobs", "rerun"],
    &["jobs", "edit"],
    &["jobs", "retry"],
    &["jobs", "stats"],
    &["phases"],
    &["phases", "show"],
    &["phases", "set"],
    &["phases", "reset"],
    &["worker"],
    &["migrate"],
    &["completions"],
];

/// The flags and commands that `--help` of a command offers.
fn offered(help: &str) -> BTreeSet<&str> {
    let lines = help.lines().filter(|line| line.starts_with("  "));
    let words = lines.flat_map(|line| line.split_whitespace().take(2));
    words.filter(|word| word.starts_with("--")).collect()
}

#[test]
fn every_command_and_flag_is_on_the_page() {
    let bench = Bench::new();
    for command in COMMANDS {
        let name = ["esl", &command.join(" ")].join(" ");
        assert!(PAGE.contains(&format!("`{}", name.trim())), "{name}");
        let help = bench.esl(&[command, &["--help"]].concat()).stdout;
        let flags = offered(&help);
        assert!(flags.contains("--json"), "{help}");
        for flag in flags {
            assert!(PAGE.contains(&format!("`{flag}")), "{name} {flag}");
        }
    }
}

#[test]
fn no_command_is_forgotten_in_this_test() {
    let help = Bench::new().esl(&["--help"]).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        assert!(COMMANDS.contains(&&[name][..]), "{name}");
    }
}
