//! Running an engine: no shell, bounded in time and output, dead when nobody waits for it.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// Most bytes that are read of what a program prints.
const MAX_OUTPUT: u64 = 256 * 1024;
/// Most characters of its complaint that are passed on.
const MAX_COMPLAINT: usize = 200;

/// A program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("it cannot be run: {0}")]
    NotRun(#[from] std::io::Error),
    #[error("it ended with {status}: {complaint}")]
    Ended {
        status: ExitStatus,
        complaint: String,
    },
    #[error("it did not end in time")]
    TimedOut,
}

/// Hands `input` to the program and waits for it; returns what it printed.
///
/// The process is killed when time is up or the future is dropped.
pub(super) async fn run(
    mut command: Command,
    input: &str,
    timeout: Duration,
) -> Result<String, Failure> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    let Ok(done) = tokio::time::timeout(timeout, converse(&mut child, input)).await else {
        child.kill().await?;
        return Err(Failure::TimedOut);
    };
    let (status, printed, complaint) = done?;
    if status.success() {
        Ok(printed)
    } else {
        Err(Failure::Ended {
            status,
            complaint: excerpt(&complaint),
        })
    }
}

/// What the program prints for `arguments`; none if it is not there or does not work.
pub(super) async fn ask(program: &Path, arguments: &[&str], timeout: Duration) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments);
    match run(command, "", timeout).await {
        Ok(printed) => Some(printed),
        Err(Failure::NotRun(error)) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(failure) => {
            tracing::warn!(program = %program.display(), %failure, "a speech engine does not work");
            None
        }
    }
}

/// Writes and reads at the same time, so that no full pipe holds up either side.
async fn converse(child: &mut Child, input: &str) -> std::io::Result<(ExitStatus, String, String)> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read to the end says why by its exit status.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let ((), printed, complaint) = tokio::join!(write, text_of(stdout), text_of(stderr));
    Ok((child.wait().await?, printed?, complaint?))
}

async fn text_of(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(MAX_OUTPUT).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first line of a complaint, shortened.
fn excerpt(complaint: &str) -> String {
    let line = complaint
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    let printable = line
        .unwrap_or("it says nothing")
        .chars()
        .filter(|character| !character.is_control());
    printable.take(MAX_COMPLAINT).collect()
}
