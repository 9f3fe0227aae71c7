//! A folder of its own for every test, and the binary run in it as a user would.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A lesson in which nothing is wrong.
pub(crate) const LESSON: &str = include_str!("../../../examples/lessons/a1-at-the-cafe.md");

/// A current folder with a home and a folder of programs beside it; gone after the test.
pub(crate) struct Bench {
    folder: TempDir,
    has_machine_programs: bool,
}

/// How a run of the binary ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["desk", "programs"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self {
            folder,
            has_machine_programs: true,
        }
    }

    /// A bench with the good lesson in `lesson.md`.
    pub(crate) fn with_lesson() -> Self {
        let bench = Self::new();
        bench.file("lesson.md", LESSON);
        bench
    }

    /// A bench with the good lesson and an engine that hums, whatever this machine has.
    pub(crate) fn that_speaks() -> Self {
        let bench = Self::with_lesson().without_programs();
        fs::write(bench.programs().join("hum.wav"), hum()).unwrap();
        bench.engine("cp");
        bench
    }

    /// Makes the engine answer a request to speak by `command HUM FILE`.
    pub(crate) fn engine(&self, command: &str) {
        let hum = self.programs().join("hum.wav");
        let script = format!(
            r#"PATH=/usr/bin:/bin
            case "$1" in
                --version) echo 'version: flite-0-hum' ;;
                -lv) echo 'Voices available: slt rms' ;;
                *) cat > /dev/null; {command} '{}' "$4" ;;
            esac"#,
            hum.display()
        );
        self.program("flite", &script);
    }

    /// Takes the machine's programs away.
    pub(crate) fn without_programs(mut self) -> Self {
        self.has_machine_programs = false;
        self
    }

    /// Puts a shell script first in the search path.
    fn program(&self, name: &str, script: &str) {
        let path = self.programs().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn programs(&self) -> PathBuf {
        self.folder.path().join("programs")
    }

    /// A path below the current folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("desk").join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_esl"));
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env_clear()
            .env("HOME", self.folder.path().join("home"));
        let mut programs = self.programs().into_os_string();
        if self.has_machine_programs {
            programs.push(":");
            programs.push(std::env::var_os("PATH").unwrap_or_default());
        }
        command.env("PATH", programs);
        command
    }

    pub(crate) fn esl(&self, arguments: &[&str]) -> Ended {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
            .into()
    }

    /// Runs the binary with `input` on its standard input.
    pub(crate) fn esl_reading(&self, input: &[u8], arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        let pipes = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// `text` without what differs from run to run: folders, ids and digests.
    pub(crate) fn redacted(&self, text: &str) -> String {
        let folder = self.folder.path();
        let real = folder.canonicalize().unwrap();
        let text = text.replace(&*real.to_string_lossy(), "[bench]");
        let text = text.replace(&*folder.to_string_lossy(), "[bench]");
        let is_part_of_id = |c: char| c.is_ascii_hexdigit() || c == '-';
        let words = text.split_inclusive(|c| !is_part_of_id(c));
        words.map(without_id).collect()
    }

    /// `text` redacted, and without times.
    pub(crate) fn redacted_times(&self, text: &str) -> String {
        let words = text.split_inclusive(char::is_whitespace);
        let is_time =
            |word: &str| matches!(word.len(), 20 | 24) && word.ends_with('Z') && word.contains(':');
        let words = words.map(|word| match word.trim_end() {
            time if is_time(time) => word.replace(time, "[time]"),
            _ => word.to_owned(),
        });
        self.redacted(&words.collect::<String>())
    }

    /// `json` with its strings redacted, and without sizes and times.
    pub(crate) fn redacted_json(&self, json: &Value) -> Value {
        let measured = |name: &str| {
            [
                "durationMs",
                "durationSeconds",
                "bytes",
                "timestamp",
                "finishedAt",
                "startedAt",
                "createdAt",
                "updatedAt",
                "at",
            ]
            .contains(&name)
        };
        match json {
            Value::String(text) => Value::String(self.redacted(text)),
            Value::Array(items) => items.iter().map(|item| self.redacted_json(item)).collect(),
            Value::Object(fields) => {
                let redacted = |(name, value): (&String, &Value)| match measured(name) {
                    true => (name.clone(), Value::from("[measured]")),
                    false => (name.clone(), self.redacted_json(value)),
                };
                fields.iter().map(redacted).collect()
            }
            other => other.clone(),
        }
    }

    /// How many pieces of speech are kept.
    pub(crate) fn segments(&self) -> usize {
        let folder = self.path("../home/.cache/esl-pipeline/segments/segments");
        let is_piece = |name: &str| name.ends_with(".seg");
        fs::read_dir(folder).map_or(0, |pieces| {
            let names = pieces.map(|piece| piece.unwrap().file_name());
            names
                .filter(|name| is_piece(&name.to_string_lossy()))
                .count()
        })
    }

    /// All files below the current folder with their contents.
    pub(crate) fn contents(&self) -> Vec<(String, Vec<u8>)> {
        let read = |name: String| {
            let content = fs::read(self.path(&name)).unwrap();
            (name, content)
        };
        self.files().into_iter().map(read).collect()
    }

    /// The names of all files below the current folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let root = self.path("");
        let mut found = Vec::new();
        collect(&root, &root, &mut found);
        found.sort();
        found
    }
}

/// Half a second of a tone, as a WAV file.
fn hum() -> Vec<u8> {
    const RATE: u32 = 16_000;
    let samples = (0..RATE / 2).map(|at| ((at as f32 * 0.2).sin() * 8000.0) as i16);
    let sound: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = sound.len() as u32;
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + size).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&(2 * RATE).to_le_bytes());
    wav.extend_from_slice(b"\x02\0\x10\0data");
    wav.extend_from_slice(&size.to_le_bytes());
    wav.extend(sound);
    wav
}

/// `word`, with the character that ends it, unless it is a UUID or a digest.
fn without_id(word: &str) -> String {
    let id = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
    let rest = &word[id.len()..];
    let dashes = id.matches('-').count();
    match (id.len(), dashes) {
        (36, 4) => format!("[uuid]{rest}"),
        (16 | 32 | 64, 0) => format!("[digest]{rest}"),
        _ => word.to_owned(),
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// The document on standard output; its exit code is that of the process.
    pub(crate) fn json(&self) -> Value {
        let document: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr));
        assert_eq!(document["exitCode"].as_i64(), self.code.map(i64::from));
        document
    }
}
