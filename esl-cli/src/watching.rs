//! Waiting for files to be saved.
//!
//! The folders are watched, not the files: many editors write another file and rename it over the
//! one that was opened, and a watch on the old file would see nothing from then on.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use esl_core::ErrorKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher, recommended_watcher};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::exit::{Exit, Failure};

/// How long a file has to be left alone before it counts as saved: one save is several events.
const QUIET: Duration = Duration::from_millis(20);
/// How long a file that is never left alone is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// The files that were saved, as they are.
pub(crate) struct Saves {
    pending: Arc<Pending>,
    /// Watches as long as it lives.
    _watcher: RecommendedWatcher,
}

/// Files that were saved and when the first of them was.
pub(crate) struct Saved {
    /// Their places in the list that is watched.
    pub(crate) files: BTreeSet<usize>,
    /// When it began.
    pub(crate) since: Instant,
}

/// What was seen and not yet taken. Bounded: a file is in it at most once.
#[derive(Default)]
struct Pending {
    saved: Mutex<Option<Saved>>,
    changed: Notify,
}

/// A file, as events name it.
struct Place {
    folder: PathBuf,
    name: OsString,
}

impl Saves {
    /// Watches the files at `paths`, which need not be there yet; their folders must.
    pub(crate) fn of(paths: &[PathBuf]) -> Result<Self, Failure> {
        let places = paths.iter().map(|path| Place::of(path));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        let folders: BTreeSet<_> = places.iter().map(|place| place.folder.clone()).collect();
        let pending = Arc::new(Pending::default());
        let heard = Arc::clone(&pending);
        let hear = move |event: notify::Result<Event>| heard.add(&touched(&places, event));
        let mut watcher =
            recommended_watcher(hear).map_err(|error| unwatchable(Path::new("."), &error))?;
        for folder in folders {
            watcher
                .watch(&folder, RecursiveMode::NonRecursive)
                .map_err(|error| unwatchable(&folder, &error))?;
        }
        Ok(Self {
            pending,
            _watcher: watcher,
        })
    }

    /// Waits until files were saved and left alone for a moment.
    pub(crate) async fn next(&self) -> Saved {
        loop {
            self.pending.changed.notified().await;
            let until = Instant::now() + PATIENCE;
            while Instant::now() < until
                && timeout(QUIET, self.pending.changed.notified())
                    .await
                    .is_ok()
            {}
            if let Some(saved) = self.pending.take() {
                return saved;
            }
        }
    }
}

impl Pending {
    fn add(&self, files: &[usize]) {
        if files.is_empty() {
            return;
        }
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = saved.get_or_insert_with(|| Saved {
            files: BTreeSet::new(),
            since: Instant::now(),
        });
        saved.files.extend(files);
        self.changed.notify_one();
    }

    fn take(&self) -> Option<Saved> {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        saved.take()
    }
}

impl Place {
    fn of(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        let unusable = |error: String| {
            let message = format!("cannot watch {}", path.display());
            Failure {
                causes: vec![error],
                ..Failure::new(Exit::Unexpected, ErrorKind::NotFound, message)
            }
        };
        let name = path.file_name();
        Ok(Self {
            name: name
                .ok_or_else(|| unusable("it has no file name".to_owned()))?
                .to_owned(),
            folder: folder
                .canonicalize()
                .map_err(|error| unusable(error.to_string()))?,
        })
    }

    fn is_at(&self, path: &Path) -> bool {
        path.file_name() == Some(&self.name) && path.parent() == Some(&self.folder)
    }
}

/// The places that an event is about; all if events were lost. Reading is no change.
fn touched(places: &[Place], event: notify::Result<Event>) -> Vec<usize> {
    let all = 0..places.len();
    match event {
        Ok(event) if event.need_rescan() => all.collect(),
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => Vec::new(),
        Ok(event) => all
            .filter(|at| event.paths.iter().any(|path| places[*at].is_at(path)))
            .collect(),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "watching is disturbed"
            );
            all.collect()
        }
    }
}

fn unwatchable(folder: &Path, error: &notify::Error) -> Failure {
    let message = format!("cannot watch the folder {}", folder.display());
    let failure = Failure {
        causes: vec![error.to_string()],
        ..Failure::new(Exit::Unexpected, ErrorKind::Storage, message)
    };
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            failure.hint("raise the limit: sudo sysctl fs.inotify.max_user_watches=524288")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag};

    use super::*;

    fn places() -> Vec<Place> {
        let place = |name: &str| Place {
            folder: "/lessons".into(),
            name: name.into(),
        };
        vec![place("a.md"), place("b.md")]
    }

    fn event(kind: EventKind, path: &str) -> notify::Result<Event> {
        Ok(Event::new(kind).add_path(path.into()))
    }

    #[test]
    fn only_changes_of_the_files_themselves_count() {
        let created = EventKind::Create(CreateKind::File);
        let read = EventKind::Access(AccessKind::Read);
        assert_eq!(touched(&places(), event(created, "/lessons/b.md")), [1]);
        assert_eq!(touched(&places(), event(read, "/lessons/b.md")), [0; 0]);
        let manifest = event(created, "/lessons/b.manifest.json");
        assert_eq!(touched(&places(), manifest), [0; 0]);
        assert_eq!(touched(&places(), event(created, "/b.md")), [0; 0]);
    }

    #[test]
    fn lost_events_count_for_every_file() {
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(touched(&places(), Ok(lost)), [0, 1]);
    }

    #[tokio::test]
    async fn saves_in_quick_succession_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let lesson = folder.path().join("a.md");
        let saves = Saves::of(std::slice::from_ref(&lesson)).unwrap();
        for text in ["one", "two", "three"] {
            std::fs::write(&lesson, text).unwrap();
        }
        let saved = saves.next().await;
        assert_eq!(saved.files, BTreeSet::from([0]));
    }
}
