//! The disk is full. What was there stays whole, the user is told, and with more space the next run
//! goes on.

use std::process::Stdio;

use crate::bench::{Bench, Ended};

/// Runs `script` where the current folder is a disk of `size` with the lesson on it. Needs no rights:
/// the disk is mounted in a name space of its own and gone with it.
fn on_disk_of(bench: &Bench, size: &str, script: &str) -> Ended {
    let esl = bench.command(&["run"]);
    let mut command = std::process::Command::new("/usr/bin/unshare");
    for (name, value) in esl.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let script = format!(
        r#"set -e; PATH=$PATH:/usr/bin:/bin:/usr/sbin:/sbin
        cp lesson.md ..; mount -t tmpfs -o size={size} none .; cd "$PWD"; cp ../lesson.md .
        set +e; {script}"#
    );
    let arguments = [
        "--user",
        "--map-root-user",
        "--mount",
        "/bin/sh",
        "-c",
        &script,
    ];
    let ended = command
        .args(arguments)
        .current_dir(bench.path(""))
        .env("ESL", esl.get_program())
        .stdin(Stdio::null())
        .output();
    ended.expect("util-linux is installed").into()
}

#[test]
fn a_disk_that_fills_up_is_told_and_costs_only_another_run() {
    // The lesson fits, and more or less of its homework.
    for size in ["16k", "64k", "200k", "600k"] {
        let bench = Bench::that_speaks();
        let script = r#"
            "$ESL" run lesson.md; echo "full: $?"
            ls -A | grep -v -e '^lesson' -e '^homework$' -e lock$ -e '\.mp3$' -e '\.vtt$'
            mount -o remount,size=16m .
            "$ESL" run lesson.md >&2; echo "mended: $?"
            "$ESL" run lesson.md --json | grep -c '"changed": false'
            ls -A; ls homework | wc -l
        "#;
        let ended = on_disk_of(&bench, size, script);
        let told = format!("{size}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.starts_with("full: 6"), "{told}");
        assert!(ended.stderr.contains("No space left on device"), "{told}");
        assert!(ended.stdout.contains("mended: 0\n1\n"), "{told}");
    }
}
