//! Ending a server whose tests were killed and could not do it themselves.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Reading ends when the process at the other end of the pipe does. Both Postgres and Redis take the
/// signal for a wish to end at once and in order.
const SCRIPT: &str = r#"read -r nothing
kill -INT "$1"
while kill -0 "$1"; do sleep 0.1; done
rm -rf -- "$2""#;

/// A process that outlives this one by as long as it takes to end a server.
#[derive(Debug)]
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Once this process is gone, ends the process `server` and removes its folder.
    ///
    /// # Panics
    /// If there is no shell.
    pub(super) fn over(server: u32, folder: &Path) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "watchdog", &server.to_string()]);
        command.arg(folder).stdin(Stdio::piped());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        // Whatever kills a whole group of processes leaves it alone.
        command.process_group(0);
        Self(command.spawn().expect("sh can be run"))
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
