//! `esl completions`: the script that teaches a shell the commands and flags.

use std::io::{self, Write};

use clap_complete::generate;
use serde_json::{Value, json};

use crate::args::{self, CompletionsArgs};
use crate::output::{Answer, Outcome};

struct Script(Vec<u8>);

pub(super) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    generate(args.shell, &mut args::definition(), "esl", &mut script);
    Ok(Box::new(Script(script)))
}

impl Answer for Script {
    fn json(&self) -> Value {
        json!({ "script": String::from_utf8_lossy(&self.0) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.0)
    }
}
