//! What a run writes down of itself: its claim, its end, its report.

use esl_core::Stage;
use esl_core::manifest::{Manifest, StageOutcome, StageRecord, UnfinishedRun};

use super::{Made, Run};
use crate::pipeline::plan::Action;
use crate::pipeline::preflight::Outlook;
use crate::pipeline::report::{AudioReport, steps};
use crate::pipeline::stages::tts::synthesis;
use crate::pipeline::{DiagnosticCounts, PageReport, PipelineError, RunReport, strays};

impl Run<'_> {
    /// Makes the lesson ours: what other runs read before is out of date now. What is going to be
    /// done counts as not done from here on.
    pub(super) async fn claim(&self) -> Result<(), PipelineError> {
        let plan = &self.outlook.plan;
        let asked = UnfinishedRun {
            options: serde_json::to_value(&self.request.options)
                .expect("preflight refuses paths that are not UTF-8; all else is JSON by nature"),
            steps: self.rerun.map(<[Stage]>::to_vec),
            caller: self.request.caller.clone(),
        };
        let claimed = self.journal.claim(self.scope.run_id, asked, |manifest| {
            let stages = &mut manifest.stages;
            stages.retain(|stage, _| !plan.decision(*stage).runs());
            if plan.import.runs() && !plan.makes_page {
                manifest.imported_hash = None;
            }
            if let Some((take, out)) = self.take() {
                strays::announce(manifest, &take.path(out));
            }
        });
        claimed.await
    }

    /// Records that the lesson has been seen through.
    pub(super) async fn conclude(&self) -> Result<(), PipelineError> {
        let Outlook { plan, page, .. } = &self.outlook;
        let concluded = self.journal.record(|manifest| {
            if !plan.leaves_something_outdated {
                self.outlook
                    .md_hash
                    .as_str()
                    .clone_into(&mut manifest.md_hash);
            }
            if plan.import.action != Action::Skip {
                page.note_preset(manifest);
            }
            self.note_stages(manifest);
            if let Some(run) = &mut manifest.run {
                run.unfinished = None;
            }
        });
        concluded.await
    }

    /// What a stage did last stays on record when it is left out.
    fn note_stages(&self, manifest: &mut Manifest) {
        for stage in Stage::ALL {
            let decision = self.outlook.plan.decision(stage);
            let is_known = manifest.stages.contains_key(&stage);
            let status = match decision.action {
                // These are noted with their effects.
                Action::Run
                    if matches!(
                        stage,
                        Stage::Import | Stage::Tts | Stage::Upload | Stage::AddAudio
                    ) =>
                {
                    continue;
                }
                Action::Run => StageOutcome::Done,
                Action::Skip if !is_known => StageOutcome::Skipped,
                Action::Skip | Action::Noop => continue,
            };
            let record = StageRecord {
                status,
                finished_at: self.journal.now(),
                key: None,
            };
            manifest.stages.insert(stage, record);
        }
    }

    /// What the run made.
    pub(super) fn report(
        self,
        manifest_path: String,
        diagnostics: DiagnosticCounts,
        made: Made,
    ) -> RunReport {
        let manifest = self.journal.manifest();
        let Outlook { plan, page, .. } = &self.outlook;
        let preset = page.preset.as_ref();
        let page_report = made.page.map(|imported| imported.report);
        let about_page = page_report.iter().flat_map(PageReport::warnings);
        let about_speech = made.recording.iter().flat_map(|made| made.warning.clone());
        let mut warnings = self.outlook.warnings();
        warnings.extend(about_speech.chain(about_page));
        RunReport {
            run_id: self.scope.run_id,
            changed: plan.manifest.runs(),
            page_id: manifest.page_id,
            page_url: manifest.page_url,
            student_page_url: manifest.student_page_url,
            student: page.student_link,
            page: page_report,
            audio: manifest.audio.map(|audio| {
                let recorded = made.recording.as_ref();
                AudioReport::of(audio, recorded.map(|made| synthesis(&made.recording)))
            }),
            colorized: plan.colorize.runs(),
            manifest_path,
            steps: steps(
                plan,
                preset.map(|preset| (&*preset.name, self.outlook.colors)),
            ),
            stages: self.scope.reports(),
            warnings,
            diagnostics,
        }
    }
}
