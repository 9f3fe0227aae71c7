//! A real browser for tests of pages: Chromium without a window, driven over the DevTools protocol.
//!
//! Everything a page logs and requests is kept, so that a test can say that there was nothing. Waits
//! end when something happens, or fail after [`PATIENCE`].

mod protocol;

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use protocol::Connection;

/// How long a wait may take before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with one tab. Closed on drop.
#[derive(Debug)]
pub struct Browser {
    connection: Connection,
}

/// What the tab looks like to a page.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// Whether the system asks for dark colours.
    pub is_dark: bool,
}

impl Browser {
    /// Starts Chromium; `None` if there is none and the tests do not require it.
    ///
    /// # Panics
    /// If Chromium is missing and `ESL_TEST_REQUIRE` names `chromium`, or it does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let connection = Connection::start()?;
        let mut browser = Self { connection };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Loads `url` and forgets what pages before it logged and requested.
    pub fn open(&mut self, url: &str) {
        self.connection.forget();
        self.call("Page.navigate", &json!({ "url": url }));
        self.connection.wait_for_event("Page.loadEventFired");
    }

    /// Errors and warnings of the page, thrown, logged or reported by the browser.
    #[must_use]
    pub fn complaints(&self) -> &[String] {
        &self.connection.complaints
    }

    /// The addresses that the page requested, its own first.
    #[must_use]
    pub fn requests(&self) -> &[String] {
        &self.connection.requests
    }

    /// The value of a JavaScript expression; a promise is awaited.
    ///
    /// # Panics
    /// If it throws.
    pub fn eval(&mut self, expression: &str) -> Value {
        let params = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
            "userGesture": true,
        });
        let answer = self.call("Runtime.evaluate", &params);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {}",
            answer["exceptionDetails"]
        );
        answer["result"]["value"].clone()
    }

    /// Waits until a JavaScript condition holds.
    ///
    /// # Panics
    /// If it does not within [`PATIENCE`].
    pub fn wait_until(&mut self, condition: &str) {
        let limit = PATIENCE.as_millis();
        let holds = self.eval(&format!(
            "new Promise((done) => {{
                const end = performance.now() + {limit};
                const look = () => ({condition}) ? done(true)
                    : performance.now() > end ? done(false) : setTimeout(look, 10);
                look();
            }})"
        ));
        assert_eq!(holds, json!(true), "it never was so: {condition}");
    }

    /// Presses and releases a key, named as in `KeyboardEvent.key`: `Enter`, `Tab`, `k`.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "ArrowDown" => (40, ""),
            "ArrowUp" => (38, ""),
            " " => (32, " "),
            letter => (u32::from(letter.to_ascii_uppercase().as_bytes()[0]), letter),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event =
                json!({ "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Gives the tab another size and colour scheme.
    pub fn show_on(&mut self, screen: Screen) {
        let size = json!({
            "width": screen.width,
            "height": screen.height,
            "deviceScaleFactor": 1,
            "mobile": screen.width < 600,
        });
        self.call("Emulation.setDeviceMetricsOverride", &size);
        let scheme = if screen.is_dark { "dark" } else { "light" };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({ "media": "", "features": [feature] }),
        );
    }

    /// Lays the page out as on paper, until [`Browser::show_on`].
    pub fn show_on_paper(&mut self) {
        let params = json!({ "media": "print" });
        self.call("Emulation.setEmulatedMedia", &params);
    }

    /// Forbids or allows the scripts of pages opened from now on.
    pub fn allow_scripts(&mut self, allowed: bool) {
        let params = json!({ "value": !allowed });
        self.call("Emulation.setScriptExecutionDisabled", &params);
    }

    /// Writes a picture of the whole page as PNG.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn screenshot(&mut self, path: &Path) {
        let params = json!({ "format": "png", "captureBeyondViewport": true });
        self.save(path, "Page.captureScreenshot", &params);
    }

    /// Writes the page as it is printed, as PDF.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn print(&mut self, path: &Path) {
        let params = json!({ "printBackground": true });
        self.save(path, "Page.printToPDF", &params);
    }

    fn save(&mut self, path: &Path, method: &str, params: &Value) {
        let answer = self.call(method, params);
        let data = answer["data"].as_str().unwrap_or_default();
        let bytes = STANDARD.decode(data).expect("the protocol says base64");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("the folder of pictures can be made");
        }
        fs::write(path, bytes).expect("the picture can be written");
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.connection.call(method, params)
    }
}
