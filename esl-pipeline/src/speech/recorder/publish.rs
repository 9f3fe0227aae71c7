//! The recording as files: written beside its place, synced, renamed; found again and retagged.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use esl_core::{Cue, Digest, Transcript};
use tempfile::NamedTempFile;

use super::{RecordError, Recording, RecordingPlan, RecordingStats, Target};
use crate::scratch;
use crate::speech::audio::{self, FinishedSegment, Joiner, Timeline};
use crate::speech::vtt;

/// Where the files of a recording belong.
#[derive(Debug, Clone)]
struct Place {
    dir: PathBuf,
    mp3: PathBuf,
    vtt: PathBuf,
}

impl Place {
    fn of(plan: &RecordingPlan, target: &Target) -> Self {
        let mp3 = target.recording(&plan.key);
        Self {
            dir: target.dir.clone(),
            vtt: mp3.with_extension("vtt"),
            mp3,
        }
    }
}

/// A recording being written.
pub(super) struct Draft {
    joiner: Joiner<BufWriter<NamedTempFile>>,
    place: Place,
    key: Digest,
    duration: Duration,
    transcript: Transcript,
}

impl Draft {
    pub(super) async fn begin(
        plan: &RecordingPlan,
        target: &Target,
        timeline: &Timeline,
    ) -> Result<Self, RecordError> {
        let place = Place::of(plan, target);
        let tag = target.tags.to_bytes(plan.key.as_str())?;
        let transcript = transcript(plan, timeline);
        let (key, timeline) = (plan.key.clone(), timeline.clone());
        blocking(move || {
            let file = temporary(&place)?;
            let joiner = Joiner::begin(BufWriter::new(file), &tag, &timeline)?;
            let duration = timeline.duration();
            Ok(Self {
                joiner,
                place,
                key,
                duration,
                transcript,
            })
        })
        .await
    }

    pub(super) async fn append(mut self, segment: FinishedSegment) -> Result<Self, RecordError> {
        blocking(move || {
            self.joiner.append(&segment)?;
            Ok(self)
        })
        .await
    }

    /// Puts transcript and recording in place, the recording last: where it is, all is.
    pub(super) async fn publish(self, stats: RecordingStats) -> Result<Recording, RecordError> {
        blocking(move || {
            let Self {
                joiner,
                place,
                key,
                duration,
                transcript,
            } = self;
            let file = joiner
                .finish()?
                .into_inner()
                .map_err(io::IntoInnerError::into_error);
            let mut file = file.map_err(file_error("write", &place.mp3))?;
            write_vtt(&place, &transcript)?;
            let (sha256, bytes) =
                digest(file.as_file_mut()).map_err(file_error("read", &place.mp3))?;
            persist(file, &place.mp3)?;
            Ok(Recording {
                path: place.mp3,
                vtt_path: place.vtt,
                key,
                sha256,
                bytes,
                duration,
                transcript,
                segments: Vec::new(),
                stats,
            })
        })
        .await
    }
}

/// The recording of `plan` if it is in place and whole. Its tags and the words of its transcript
/// are brought up to date; nothing is spoken.
pub(super) async fn reuse(
    plan: &RecordingPlan,
    target: &Target,
    stats: RecordingStats,
) -> Result<Option<Recording>, RecordError> {
    let place = Place::of(plan, target);
    let tag = target.tags.to_bytes(plan.key.as_str())?;
    let (key, lines) = (plan.key.clone(), plan.score.lines.clone());
    let segments = plan.addresses.clone();
    let stats = RecordingStats {
        cached: stats.segments,
        is_reused: true,
        ..stats
    };
    blocking(move || {
        let Some(mut file) = open(&place.mp3)? else {
            return Ok(None);
        };
        let Some(duration) = whole(&mut file, &place.mp3)? else {
            return Ok(None);
        };
        let Some(old) = read_vtt(&place)? else {
            return Ok(None);
        };
        if old.cues.len() != lines.len() {
            return Ok(None);
        }
        let spoken = old.cues.iter().zip(lines).map(|(cue, line)| Cue {
            speaker: line.speaker,
            text: line.text,
            ..cue.clone()
        });
        let transcript = Transcript {
            cues: spoken.collect(),
        };
        if transcript != old {
            write_vtt(&place, &transcript)?;
        }
        retag(&mut file, &tag, &place)?;
        let Some(mut file) = open(&place.mp3)? else {
            return Ok(None);
        };
        let (sha256, bytes) = digest(&mut file).map_err(file_error("read", &place.mp3))?;
        Ok(Some(Recording {
            path: place.mp3,
            vtt_path: place.vtt,
            key,
            sha256,
            bytes,
            duration,
            transcript,
            segments,
            stats,
        }))
    })
    .await
}

/// Playing time of a recording, if every frame of it is there.
fn whole(file: &mut File, path: &Path) -> Result<Option<Duration>, RecordError> {
    match audio::summarize(BufReader::new(file)) {
        Ok(summary) => Ok(Some(summary.duration)),
        Err(audio::AudioError::Write(source)) => Err(file_error("read", path)(source)),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "replacing a damaged recording");
            Ok(None)
        }
    }
}

/// Gives the file this tag, if it has another.
fn retag(file: &mut File, tag: &[u8], place: &Place) -> Result<(), RecordError> {
    let failed = |operation| file_error(operation, &place.mp3);
    let old = audio::tag_bytes(file).map_err(failed("read"))?;
    if old == tag {
        return Ok(());
    }
    file.seek(SeekFrom::Start(old.len() as u64))
        .map_err(failed("read"))?;
    let mut copy = temporary(place)?;
    copy.write_all(tag)
        .and_then(|()| io::copy(file, &mut copy))
        .map_err(failed("write"))?;
    persist(copy, &place.mp3)
}

/// One cue per line, from its first turn's onset to its last turn's end, in whole milliseconds.
fn transcript(plan: &RecordingPlan, timeline: &Timeline) -> Transcript {
    let mut times: Vec<Option<Range<Duration>>> = vec![None; plan.score.lines.len()];
    for (part, turns) in plan.score.parts.iter().zip(timeline.turns()) {
        for (line, turn) in part.lines.iter().zip(turns) {
            let Some(time) = times.get_mut(*line) else {
                continue;
            };
            let start = time.as_ref().map_or(turn.start, |time| time.start);
            *time = Some(start..turn.end);
        }
    }
    let spoken = plan.score.lines.iter().zip(times);
    let cues = spoken.filter_map(|(line, time)| {
        let time = time?;
        Some(Cue {
            start: whole_millis(time.start),
            end: whole_millis(time.end),
            speaker: line.speaker.clone(),
            text: line.text.clone(),
        })
    });
    Transcript {
        cues: cues.collect(),
    }
}

fn whole_millis(time: Duration) -> Duration {
    Duration::from_millis((time.as_secs_f64() * 1000.0).round() as u64)
}

fn read_vtt(place: &Place) -> Result<Option<Transcript>, RecordError> {
    let Some(mut file) = open(&place.vtt)? else {
        return Ok(None);
    };
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) => Ok(vtt::from_vtt(&text)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(file_error("read", &place.vtt)(error)),
    }
}

fn write_vtt(place: &Place, transcript: &Transcript) -> Result<(), RecordError> {
    let mut file = temporary(place)?;
    let text = vtt::to_vtt(transcript);
    file.write_all(text.as_bytes())
        .map_err(file_error("write", &place.vtt))?;
    persist(file, &place.vtt)
}

/// A file in the folder of the recording that vanishes unless it is persisted. What dead processes
/// left there goes.
fn temporary(place: &Place) -> Result<NamedTempFile, RecordError> {
    fs::create_dir_all(&place.dir).map_err(file_error("create", &place.dir))?;
    scratch::sweep(&place.dir);
    scratch::file_in(&place.dir).map_err(file_error("write in", &place.dir))
}

fn persist(file: NamedTempFile, path: &Path) -> Result<(), RecordError> {
    file.as_file()
        .sync_all()
        .map_err(file_error("write", path))?;
    file.persist(path)
        .map_err(|error| file_error("write", path)(error.error))?;
    sync_folder_of(path).map_err(file_error("write", path))
}

/// Makes a rename last.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(dir) if cfg!(unix) => File::open(dir)?.sync_all(),
        _ => Ok(()),
    }
}

fn open(path: &Path) -> Result<Option<File>, RecordError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error("read", path)(error)),
    }
}

fn digest(file: &mut File) -> io::Result<(Digest, u64)> {
    let bytes = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    Ok((Digest::of_reader(file)?, bytes))
}

fn file_error(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RecordError {
    let path = path.to_owned();
    move |source| RecordError::File {
        operation,
        path,
        source,
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecordError> + Send + 'static,
) -> Result<T, RecordError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(RecordError::Crashed))
}
