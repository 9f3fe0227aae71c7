//! A transcript as WebVTT (W3C, WebVTT: The Web Video Text Tracks Format): one cue per line, its
//! speaker as a voice tag.

use std::fmt::Write as _;
use std::time::Duration;

use esl_core::{Cue, Transcript};

const HEADER: &str = "WEBVTT";
const ARROW: &str = " --> ";

/// Writes the transcript. Line breaks within a cue become blanks.
#[must_use]
pub fn to_vtt(transcript: &Transcript) -> String {
    let mut vtt = format!("{HEADER}\n");
    for cue in &transcript.cues {
        let (start, end) = (timestamp(cue.start), timestamp(cue.end));
        let _ = write!(vtt, "\n{start}{ARROW}{end}\n");
        if let Some(speaker) = &cue.speaker {
            let _ = write!(vtt, "<v {}>", escaped(speaker));
        }
        let _ = writeln!(vtt, "{}", escaped(&cue.text));
    }
    vtt
}

/// Reads what [`to_vtt`] writes; `None` if it is anything else.
#[must_use]
pub fn from_vtt(vtt: &str) -> Option<Transcript> {
    let mut blocks = vtt.strip_suffix('\n')?.split("\n\n");
    if blocks.next()?.trim_end() != HEADER {
        return None;
    }
    let cues = blocks.map(cue).collect::<Option<_>>()?;
    Some(Transcript { cues })
}

fn cue(block: &str) -> Option<Cue> {
    let (times, text) = block.trim_end_matches('\n').split_once('\n')?;
    let (start, end) = times.split_once(ARROW)?;
    let (speaker, text) = match text.strip_prefix("<v ") {
        Some(voiced) => {
            let (speaker, text) = voiced.split_once('>')?;
            (Some(unescaped(speaker)), text)
        }
        None => (None, text),
    };
    Some(Cue {
        start: duration(start)?,
        end: duration(end)?,
        speaker,
        text: unescaped(text),
    })
}

fn timestamp(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}.{:03}",
        seconds % 60,
        time.subsec_millis()
    )
}

fn duration(timestamp: &str) -> Option<Duration> {
    let (clock, millis) = timestamp.split_once('.')?;
    let seconds = clock.split(':').try_fold(0_u64, |seconds, part| {
        seconds.checked_mul(60)?.checked_add(part.parse().ok()?)
    })?;
    Some(Duration::from_secs(seconds) + Duration::from_millis(millis.parse::<u16>().ok()?.into()))
}

fn escaped(text: &str) -> String {
    let text = text
        .split(['\n', '\r'])
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ");
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cue(start: u64, speaker: Option<&str>, text: &str) -> Cue {
        Cue {
            start: Duration::from_millis(start),
            end: Duration::from_millis(start + 1500),
            speaker: speaker.map(str::to_owned),
            text: text.to_owned(),
        }
    }

    #[test]
    fn speakers_and_marks_are_written_as_the_format_asks() {
        let cues = vec![
            cue(70, Some("Anna"), "A < B & C --> D"),
            cue(3_723_004, None, "One\ntwo."),
        ];
        insta::assert_snapshot!(to_vtt(&Transcript { cues }), @r"
        WEBVTT

        00:00:00.070 --> 00:00:01.570
        <v Anna>A &lt; B &amp; C --&gt; D

        01:02:03.004 --> 01:02:04.504
        One two.
        ");
    }

    #[test]
    fn other_text_is_no_transcript() {
        for text in [
            "",
            "WEBVTT",
            "NOTVTT\n",
            "WEBVTT\n\nnonsense\n",
            "WEBVTT\n\n1 --> 2\nx\n",
        ] {
            assert_eq!(from_vtt(text), None, "{text:?}");
        }
        assert_eq!(from_vtt("WEBVTT\n"), Some(Transcript::default()));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            cues in proptest::collection::vec(
                (0_u64..90_000_000, proptest::option::of("[^\n\r]{0,20}[A-Zа-я<>&]"), "[^\n\r]{0,60}[a-z.<>&]"), 0..8)
        ) {
            let cues = cues
                .into_iter()
                .map(|(start, speaker, text)| {
                    cue(start, speaker.as_deref().map(str::trim), text.trim())
                })
                .collect();
            let transcript = Transcript { cues };
            prop_assert_eq!(from_vtt(&to_vtt(&transcript)), Some(transcript));
        }

        #[test]
        fn no_input_panics(text in "(WEBVTT)?\n{0,3}[0-9:.> \n-]{0,40}") {
            let _ = from_vtt(&text);
        }
    }
}
