//! Who may know whom, checked from what cargo itself says about the workspace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// What a published crate may depend on among ours. A crate that is not listed may know all.
const MAY_KNOW: [(&str, &[&str]); 5] = [
    ("esl-core", &[]),
    ("esl-jobs", &["esl-core"]),
    ("esl-pipeline", &["esl-core"]),
    ("esl-testkit", &["esl-core"]),
    ("esl-cli", &["esl-core", "esl-jobs", "esl-pipeline"]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate stands in the workspace")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Our crates and those of ours that each needs to be built; what only its tests need is left out.
fn knowledge() -> BTreeMap<String, Vec<String>> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Metadata = serde_json::from_str(&metadata).unwrap();
    let ours = |dependency: &Dependency| {
        dependency.name.starts_with("esl-") && dependency.kind.as_deref() != Some("dev")
    };
    let known = |package: Package| {
        let dependencies = package.dependencies.into_iter().filter(ours);
        (package.name, dependencies.map(|one| one.name).collect())
    };
    metadata.packages.into_iter().map(known).collect()
}

#[test]
fn crates_know_only_whom_they_may() {
    let knowledge = knowledge();
    for (name, allowed) in MAY_KNOW {
        for known in &knowledge[name] {
            assert!(allowed.contains(&known.as_str()), "{name} knows {known}");
        }
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => rust_files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The lines of code, comments left out, that name one of `words`.
fn lines_naming<'a>(code: &'a str, words: &[&str]) -> Vec<&'a str> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let names = |line: &&str| words.iter().any(|word| line.contains(word));
    code.lines().filter(is_code).filter(names).collect()
}

fn assert_nobody_names(words: &[&str], files: &[PathBuf]) {
    assert!(!files.is_empty());
    for file in files {
        let code = fs::read_to_string(file).unwrap();
        let found = lines_naming(&code, words);
        assert!(found.is_empty(), "{} names {found:?}", file.display());
    }
}

#[test]
fn only_providers_name_a_provider() {
    let source = root().join("esl-pipeline/src");
    let providers = source.join("providers");
    let mut files = rust_files(&source);
    files.retain(|file| !file.starts_with(&providers));
    assert_nobody_names(&["providers::"], &files);
}

#[test]
fn the_worker_knows_no_adapter() {
    let mut files = rust_files(&root().join("esl-jobs/src/worker"));
    files.retain(|file| !file.ends_with("tests.rs"));
    let adapters = ["memory::", "sqlite::", "postgres::", "redis::"];
    assert_nobody_names(&adapters, &files);
}

#[test]
fn the_core_performs_no_io() {
    let outside = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "tokio::fs",
        "tokio::io",
        "tokio::net",
        "tokio::process",
        "tokio::spawn",
        "tokio::time",
    ];
    assert_nobody_names(&outside, &rust_files(&root().join("esl-core/src")));
}

#[test]
fn libraries_do_not_read_the_environment() {
    for library in ["esl-core", "esl-jobs", "esl-pipeline"] {
        let mut files = rust_files(&root().join(library).join("src"));
        files.retain(|file| !file.ends_with("tests.rs"));
        assert_nobody_names(&["env::var"], &files);
    }
}

#[test]
fn the_command_line_reads_the_environment_in_one_place() {
    let source = root().join("esl-cli/src");
    let mut files = rust_files(&source);
    let settings = source.join("config");
    files.retain(|file| !file.starts_with(&settings));
    assert_nobody_names(&["env::var"], &files);
}

#[test]
fn a_named_provider_is_seen_in_code_and_not_in_comments() {
    let code = "//! see providers::fs\nuse crate::providers::fs::Store;\n";
    assert_eq!(
        lines_naming(code, &["providers::"]),
        ["use crate::providers::fs::Store;"]
    );
}

/// Whether an SPDX expression leaves no choice but a licence of the GPL family.
fn is_copyleft(licence: &str) -> bool {
    let mut choices = licence.split(" OR ").flat_map(|choice| choice.split('/'));
    choices.all(|choice| choice.contains("GPL"))
}

/// The crates linked into esl-pipeline that are under a licence of the GPL family.
fn copyleft_crates(features: &[&str]) -> Vec<String> {
    let tree = [
        "tree",
        "-p",
        "esl-pipeline",
        "-e",
        "normal",
        "--prefix",
        "none",
        "-f",
        "{p}|{l}",
    ];
    let tree = cargo(&[&tree, features].concat());
    let mut crates: Vec<String> = tree
        .lines()
        .filter_map(|line| line.split_once('|'))
        .filter(|(_, licence)| is_copyleft(licence))
        .map(|(name, _)| name.to_owned())
        .collect();
    crates.sort();
    crates.dedup();
    crates
}

#[test]
fn the_library_links_nothing_under_the_gpl_family_unless_asked() {
    assert_eq!(copyleft_crates(&[]), [""; 0]);
    assert_ne!(copyleft_crates(&["--features", "mp3-encoder"]), [""; 0]);
}

#[test]
fn a_choice_of_licences_is_no_copyleft() {
    assert!(is_copyleft("LGPL-3.0"));
    assert!(is_copyleft("LGPL-2.0 OR GPL-3.0"));
    assert!(!is_copyleft("MIT OR Apache-2.0 OR LGPL-2.1-or-later"));
    assert!(!is_copyleft("MIT/Apache-2.0"));
}
