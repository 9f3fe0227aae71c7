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

/// Hands `input` to the program and waits until it has done its work.
///
/// The process is killed when time is up or the future is dropped.
pub(super) async fn run(command: Command, input: &str, timeout: Duration) -> Result<(), Failure> {
    let ended = converse(command, input, timeout).await?;
    if ended.status.success() {
        return Ok(());
    }
    Err(Failure::Ended {
        status: ended.status,
        complaint: excerpt(&ended.complaint),
    })
}

/// What the program prints for `arguments`, whatever its exit status (flite ends with 1 after it
/// told its version); none if it is not there or cannot be run.
pub(super) async fn ask(program: &Path, arguments: &[&str], timeout: Duration) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments);
    match converse(command, "", timeout).await {
        Ok(ended) => Some(ended.printed),
        Err(Failure::NotRun(error)) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(failure) => {
            tracing::warn!(program = %program.display(), %failure, "a speech engine does not work");
            None
        }
    }
}

struct Ended {
    status: ExitStatus,
    printed: String,
    complaint: String,
}

async fn converse(mut command: Command, input: &str, timeout: Duration) -> Result<Ended, Failure> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn()?;
    match tokio::time::timeout(timeout, until_end(&mut child, input)).await {
        Ok(ended) => Ok(ended?),
        Err(_) => {
            child.kill().await?;
            Err(Failure::TimedOut)
        }
    }
}

/// Writes and reads at the same time, so that no full pipe holds up either side.
async fn until_end(child: &mut Child, input: &str) -> std::io::Result<Ended> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read to the end says why by its exit status.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let ((), printed, complaint) = tokio::join!(write, text_of(stdout), text_of(stderr));
    Ok(Ended {
        status: child.wait().await?,
        printed: printed?,
        complaint: complaint?,
    })
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
