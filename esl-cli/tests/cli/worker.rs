//! A worker in a process of its own, as tests start and end it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// More than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A worker that runs; killed with the test if nobody ends it.
pub(crate) struct Worker {
    process: Child,
    log: Receiver<String>,
}

impl Worker {
    /// Starts `command`, which is `esl worker --log-format json`, and waits until it works.
    pub(crate) fn start(command: Command) -> Self {
        let mut worker = Self::begin(command);
        worker.until("worker_started");
        worker
    }

    /// The same; and the line that tells of an earlier event.
    pub(crate) fn start_telling(command: Command, event: &str) -> (Self, Value) {
        let mut worker = Self::begin(command);
        let line = worker.until(event);
        worker.until("worker_started");
        (worker, line)
    }

    fn begin(mut command: Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut process = quiet.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let (said, log) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody listens after the end of the test.
                let _ = said.send(line);
            }
        });
        Self { process, log }
    }

    /// Waits until the log tells of an event of a job; the line that does.
    pub(crate) fn until_job(&mut self, event: &str, id: &Value) -> Value {
        loop {
            let line = self.until(event);
            if line["span"]["job.id"] == *id {
                return line;
            }
        }
    }

    /// Waits until the log tells of an event; the line that does.
    pub(crate) fn until(&mut self, event: &str) -> Value {
        let mut before = Vec::new();
        loop {
            let line = self.log.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no {event} after {before:#?}"));
            let json: Value = serde_json::from_str(&line).unwrap_or_default();
            if json["fields"]["event"] == event {
                return json;
            }
            before.push(line);
        }
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }

    /// Tells it to end, which it does well.
    pub(crate) fn end(mut self) {
        self.signal("TERM");
        assert_eq!(self.wait().code(), Some(0));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
