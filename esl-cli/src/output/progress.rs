//! What a run tells while it works: bars on a terminal, lines elsewhere, and a record for JSON.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use esl_core::{ProgressSink, Stage, StageEvent, StageStatus};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::TimedEvent;
use super::style::printable;
use crate::args::LogFormat;

/// Shows the events of a run as they come and keeps them.
#[derive(Debug)]
pub(crate) struct Progress {
    events: Mutex<Vec<TimedEvent>>,
    display: Display,
}

#[derive(Debug)]
enum Display {
    Bars(Bars),
    Lines,
    JsonLines,
}

impl Progress {
    /// Bars if a person is watching, else a line per event in the format of the log.
    pub(crate) fn new(format: LogFormat) -> Arc<Self> {
        let display = match format {
            LogFormat::Json => Display::JsonLines,
            LogFormat::Text if io::stderr().is_terminal() => Display::Bars(Bars::default()),
            LogFormat::Text => Display::Lines,
        };
        let events = Mutex::default();
        Arc::new(Self { events, display })
    }

    /// A writer to standard error that does not tear the bars.
    pub(crate) fn log_writer(self: &Arc<Self>) -> impl Fn() -> LogWriter + use<> {
        let progress = Arc::clone(self);
        move || LogWriter(Arc::clone(&progress))
    }

    /// Leaves the bars as they are: nothing happens any more.
    pub(crate) fn close(&self) {
        if let Display::Bars(bars) = &self.display {
            bars.abandon();
        }
    }

    /// The events so far.
    pub(crate) fn events(&self) -> Vec<TimedEvent> {
        locked(&self.events).clone()
    }
}

impl ProgressSink for Progress {
    fn emit(&self, event: StageEvent) {
        let timestamp = SystemTime::now().into();
        let event = TimedEvent { timestamp, event };
        match &self.display {
            Display::Bars(bars) => bars.show(&event.event),
            Display::Lines => say(line(&event.event)),
            Display::JsonLines => say(serde_json::to_string(&event).ok()),
        }
        locked(&self.events).push(event);
    }
}

/// Writes above the bars, if there are any.
pub(crate) struct LogWriter(Arc<Progress>);

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.0.display {
            Display::Bars(bars) => bars.all.suspend(|| io::stderr().write(bytes)),
            Display::Lines | Display::JsonLines => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A panic elsewhere leaves the events as they are: still true.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A run goes on when nobody listens.
fn say(line: Option<String>) {
    if let Some(line) = line {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// An event in words; progress within a stage is for bars and programs only.
fn line(event: &StageEvent) -> Option<String> {
    let words = match &event.status {
        StageStatus::Progress { .. } => return None,
        StageStatus::Start => "started".to_owned(),
        status => ending(status)?,
    };
    Some(format!("{}: {words}", event.stage))
}

fn ending(status: &StageStatus) -> Option<String> {
    Some(match status {
        StageStatus::Success { duration } => format!("done in {}", seconds(*duration)),
        StageStatus::Skipped { reason } => format!("skipped, {}", printable(reason)),
        StageStatus::Failed { error, .. } => format!("failed, {}", printable(error)),
        StageStatus::Retry { attempt, delay } => {
            format!(
                "attempt {attempt} failed, trying again in {}",
                seconds(*delay)
            )
        }
        _ => return None,
    })
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// One line per stage, in the order in which the stages began.
#[derive(Debug, Default)]
struct Bars {
    all: MultiProgress,
    by_stage: Mutex<BTreeMap<Stage, ProgressBar>>,
}

impl Bars {
    fn show(&self, event: &StageEvent) {
        let bar = self.bar(event.stage);
        match &event.status {
            StageStatus::Start => bar.enable_steady_tick(Duration::from_millis(120)),
            StageStatus::Progress { done, total } => {
                bar.set_message(format!("{done} of {total}"));
            }
            status @ StageStatus::Retry { .. } => {
                bar.set_message(ending(status).unwrap_or_default());
            }
            status => {
                if let Some(words) = ending(status) {
                    bar.finish_with_message(words);
                }
            }
        }
    }

    fn abandon(&self) {
        let bars = locked(&self.by_stage);
        let unfinished = bars.values().filter(|bar| !bar.is_finished());
        unfinished.for_each(ProgressBar::abandon);
    }

    fn bar(&self, stage: Stage) -> ProgressBar {
        let mut bars = locked(&self.by_stage);
        let bar = bars.entry(stage).or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {prefix:<10} {msg}")
                .expect("the template is well formed");
            let bar = ProgressBar::new_spinner().with_style(style);
            self.all.add(bar.with_prefix(stage.as_str()))
        });
        bar.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(status: StageStatus) -> Option<String> {
        let stage = Stage::Tts;
        line(&StageEvent { stage, status })
    }

    #[test]
    fn a_line_tells_stage_and_end() {
        let duration = Duration::from_millis(1540);
        let done = line_of(StageStatus::Success { duration });
        assert_eq!(done.as_deref(), Some("tts: done in 1.5 s"));
        let reason = "up to date".to_owned();
        let skipped = line_of(StageStatus::Skipped { reason });
        assert_eq!(skipped.as_deref(), Some("tts: skipped, up to date"));
    }

    #[test]
    fn progress_within_a_stage_makes_no_lines() {
        assert_eq!(line_of(StageStatus::Progress { done: 1, total: 9 }), None);
    }
}
