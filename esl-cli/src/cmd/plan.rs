//! `esl plan`, and `--dry-run` of other commands: what would be done, and what stands in the way.

use std::io::{self, Write};
use std::path::Path;

use esl_core::Stage;
use esl_pipeline::pipeline::{
    Action, AudioPlan, PagePlan, PageRequestKind, Problem, RunPlan, StagePlan,
};
use serde_json::{Value, json};

use super::Session;
use super::homework::Maker;
use crate::args::PlanArgs;
use crate::exit::Exit;
use crate::output::{Answer, Outcome, summary};

struct Planned(RunPlan);

pub(super) async fn plan(args: PlanArgs, session: &Session) -> Outcome {
    let maker = Maker::new(&args.homework, &session.environment).await?;
    answer(&maker, &args.lesson.path(), None).await
}

/// What a run of the lesson would do, or a rerun, if there are steps.
pub(super) async fn answer(maker: &Maker, lesson: &Path, steps: Option<&[Stage]>) -> Outcome {
    Ok(Box::new(Planned(maker.plan(lesson, steps).await?)))
}

impl Answer for Planned {
    /// That of the run, as far as can be told before it.
    fn exit(&self) -> Exit {
        let first = self.0.problems.first();
        first.map_or(Exit::Success, Exit::of_problem)
    }

    fn json(&self) -> Value {
        json!({ "plan": summary::json(&self.0) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let plan = &self.0;
        let mut fields = summary::Fields::default();
        for StagePlan {
            stage,
            action,
            reason,
        } in &plan.stages
        {
            let what = match action {
                Action::Run => "do",
                Action::Skip => "leave out",
                Action::Noop => "nothing to do",
            };
            fields.add(stage.as_str(), format!("{what}: {reason}"));
        }
        fields.add("Page", page(&plan.page));
        if let Some(audio) = &plan.audio {
            fields.add("Audio", recording(audio));
            fields.add("Audio file", audio.path.display());
            fields.add("Voices", summary::voices(&audio.voices));
        }
        for warning in &plan.warnings {
            fields.add("Warning", warning);
        }
        for problem in &plan.problems {
            fields.add("Problem", told(problem));
        }
        fields.write(out)
    }
}

/// `"Title", 42 blocks; 3 requests: 1 head, 1 append (2 blocks), 1 delete`
fn page(page: &PagePlan) -> String {
    let PagePlan {
        title,
        blocks,
        requests,
        ..
    } = page;
    let kinds = [
        (PageRequestKind::Create, "create"),
        (PageRequestKind::Head, "head"),
        (PageRequestKind::Append, "append"),
        (PageRequestKind::Update, "update"),
        (PageRequestKind::Delete, "delete"),
    ];
    let told = kinds.into_iter().filter_map(|(kind, name)| {
        let of_kind = requests.iter().filter(|request| request.kind == kind);
        let (count, carried) = of_kind.fold((0, 0), |(count, carried), request| {
            (count + 1, carried + request.blocks)
        });
        match kind {
            _ if count == 0 => None,
            PageRequestKind::Create | PageRequestKind::Append => {
                Some(format!("{count} {name} ({carried} blocks)"))
            }
            _ => Some(format!("{count} {name}")),
        }
    });
    let told: Vec<_> = told.collect();
    match told.is_empty() {
        true => format!("{title:?}, {blocks} blocks"),
        false => format!("{title:?}, {blocks} blocks; requests: {}", told.join(", ")),
    }
}

fn recording(audio: &AudioPlan) -> String {
    format!(
        "{} segments, {} of them there already, {} characters to speak, {} at once",
        audio.segments, audio.cached_segments, audio.characters_to_speak, audio.concurrency
    )
}

fn told(problem: &Problem) -> String {
    let Problem { stage, message, .. } = problem;
    match &problem.hint {
        Some(hint) => format!("{stage}: {message}; {hint}"),
        None => format!("{stage}: {message}"),
    }
}
