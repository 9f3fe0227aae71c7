//! Starting Chromium and talking to it. (Chrome DevTools Protocol, "tot".)

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::{env, thread};

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

use super::PATIENCE;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A fresh profile, no window, no traffic of its own; sound plays into nothing.
const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--remote-debugging-port=0",
];

/// One tab of a browser, and what was heard from it.
#[derive(Debug)]
pub(super) struct Connection {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: Option<String>,
    last_id: u64,
    events: Vec<String>,
    pub(super) complaints: Vec<String>,
    pub(super) requests: Vec<String>,
    _profile: TempDir,
}

impl Connection {
    pub(super) fn start() -> Option<Self> {
        let program = find_program()?;
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let mut process = Command::new(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("chromium starts");
        let endpoint = endpoint(&mut process);
        let mut connection = Self {
            process,
            socket: connect(&endpoint),
            session: None,
            last_id: 0,
            events: Vec::new(),
            complaints: Vec::new(),
            requests: Vec::new(),
            _profile: profile,
        };
        connection.attach();
        Some(connection)
    }

    fn attach(&mut self) {
        let target = self.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let params = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", &params);
        self.session = attached["sessionId"].as_str().map(str::to_owned);
    }

    /// Sends a command and returns its result.
    pub(super) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let mut command = json!({ "id": self.last_id, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        let message = Message::text(command.to_string());
        self.socket.send(message).expect("chromium listens");
        loop {
            let mut answer = self.receive();
            if answer["id"] == json!(self.last_id) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
        }
    }

    pub(super) fn wait_for_event(&mut self, method: &str) {
        while !self.events.iter().any(|event| event == method) {
            self.receive();
        }
    }

    pub(super) fn forget(&mut self) {
        self.events.clear();
        self.complaints.clear();
        self.requests.clear();
    }

    fn receive(&mut self) -> Value {
        let message = self.socket.read().expect("chromium answers in time");
        let Message::Text(text) = message else {
            return Value::Null;
        };
        let message: Value = serde_json::from_str(&text).expect("the protocol says JSON");
        if let Some(method) = message["method"].as_str() {
            self.events.push(method.to_owned());
            self.note(method, &message["params"]);
        }
        message
    }

    fn note(&mut self, method: &str, params: &Value) {
        let is_bad = |level: &Value| matches!(level.as_str(), Some("error" | "warning"));
        match method {
            "Network.requestWillBeSent" => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                self.requests.push(url.to_owned());
            }
            "Runtime.exceptionThrown" => self.complaints.push(params.to_string()),
            "Runtime.consoleAPICalled" if is_bad(&params["type"]) => {
                self.complaints.push(params["args"].to_string());
            }
            "Log.entryAdded" if is_bad(&params["entry"]["level"]) => {
                self.complaints.push(params["entry"]["text"].to_string());
            }
            _ => {}
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // A browser that is closed also ends its helper processes.
        let close = json!({ "id": 0, "method": "Browser.close" }).to_string();
        if self.socket.send(Message::text(close)).is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// The address of Chromium's socket, which it says as it starts.
fn endpoint(process: &mut Child) -> String {
    let stderr = process.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr);
    let mut said = String::new();
    loop {
        let start = said.len();
        let read = lines.read_line(&mut said).expect("chromium's output");
        assert!(read > 0, "chromium did not start: {said}");
        if let Some((_, endpoint)) = said[start..].split_once("DevTools listening on ") {
            let endpoint = endpoint.trim().to_owned();
            // Whatever else it says must not fill the pipe.
            thread::spawn(move || lines.read_to_end(&mut Vec::new()));
            return endpoint;
        }
    }
}

fn connect(endpoint: &str) -> WebSocket<TcpStream> {
    let address = endpoint
        .trim_start_matches("ws://")
        .split('/')
        .next()
        .unwrap_or_default();
    let stream = TcpStream::connect(address).expect("chromium's port is open");
    stream
        .set_read_timeout(Some(PATIENCE * 2))
        .expect("the time is not zero");
    let (socket, _) = tungstenite::client(endpoint, stream).expect("chromium shakes hands");
    socket
}

#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn find_program() -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&folders)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        let required = env::var("ESL_TEST_REQUIRE").unwrap_or_default();
        assert!(
            !required.split(',').any(|name| name.trim() == "chromium"),
            "chromium is required and missing: apt-get install chromium"
        );
        eprintln!("skipped: chromium is missing (apt-get install chromium)");
    }
    found
}
