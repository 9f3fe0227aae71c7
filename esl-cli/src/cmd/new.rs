//! `esl new`: a lesson to begin with.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use esl_pipeline::lesson::{Form, Skeleton};
use serde_json::{Value, json};

use crate::args::NewArgs;
use crate::output::{Answer, Outcome, style::printable};
use crate::saving;

struct NewLesson {
    /// The file written; none if the text itself is the answer.
    file: Option<PathBuf>,
    text: String,
}

pub(super) fn new(args: &NewArgs) -> Outcome {
    let skeleton = Skeleton {
        level: args.level.0,
        form: match args.monologue {
            true => Form::Monologue,
            false => Form::Dialogue,
        },
        title: args.title.clone(),
        student: args.student.clone(),
        topic: args.topic.clone(),
    };
    let text = skeleton.to_string();
    let file = (args.file != Path::new("-")).then(|| args.file.clone());
    if let Some(file) = &file {
        saving::create(file, &text, args.force)?;
    }
    Ok(Box::new(NewLesson { file, text }))
}

impl Answer for NewLesson {
    fn json(&self) -> Value {
        match &self.file {
            Some(file) => json!({ "file": file.display().to_string() }),
            None => json!({ "text": self.text }),
        }
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(file) = &self.file else {
            return out.write_all(self.text.as_bytes());
        };
        let file = printable(&file.display().to_string());
        writeln!(out, "{file} is ready")?;
        writeln!(out, "\nmake its page with: esl run '{file}'")
    }
}
