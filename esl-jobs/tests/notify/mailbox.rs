//! A small SMTP server that takes nothing out of order (RFC 5321).

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A mail as it arrived.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Arrived {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) login: Option<String>,
    pub(crate) lines: Vec<String>,
}

impl Arrived {
    pub(crate) fn header(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        let mut headers = self.lines.iter().take_while(|line| !line.is_empty());
        headers.find_map(|line| line.strip_prefix(&prefix)).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        let body = self.lines.iter().skip_while(|line| !line.is_empty());
        body.skip(1).map(|line| format!("{line}\n")).collect()
    }
}

/// What the server does beside taking mails in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    /// What it says to recipients instead of taking them.
    pub(crate) refusal: Option<&'static str>,
    /// The only login it takes, in base64; without one, nobody can log in.
    pub(crate) login: Option<&'static str>,
}

pub(crate) struct Mailbox {
    pub(crate) port: u16,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    task: JoinHandle<()>,
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Mailbox {
    pub(crate) async fn open(rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let arrived = Arc::default();
        Self {
            port: listener.local_addr().unwrap().port(),
            task: tokio::spawn(serve(listener, rules, Arc::clone(&arrived))),
            arrived,
        }
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, rules: Rules, arrived: Arc<Mutex<Vec<Arrived>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let conversation = Conversation::new(stream, rules, arrived.clone());
        // It ends when the client hangs up.
        tokio::spawn(async { conversation.hold().await.ok() });
    }
}

struct Conversation {
    lines: Lines<BufReader<OwnedReadHalf>>,
    replies: OwnedWriteHalf,
    rules: Rules,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    is_greeted: bool,
    mail: Arrived,
}

impl Conversation {
    fn new(stream: TcpStream, rules: Rules, arrived: Arc<Mutex<Vec<Arrived>>>) -> Self {
        let (read, replies) = stream.into_split();
        Self {
            lines: BufReader::new(read).lines(),
            replies,
            rules,
            arrived,
            is_greeted: false,
            mail: Arrived::default(),
        }
    }

    async fn hold(mut self) -> std::io::Result<()> {
        self.reply("220 test ESMTP").await?;
        while let Some(line) = self.lines.next_line().await? {
            let reply = self.obey(&line).await?;
            self.reply(&reply).await?;
            if line == "QUIT" {
                break;
            }
        }
        Ok(())
    }

    async fn reply(&mut self, reply: &str) -> std::io::Result<()> {
        self.replies
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
    }

    async fn obey(&mut self, line: &str) -> std::io::Result<String> {
        const OUT_OF_ORDER: &str = "503 bad sequence of commands";
        let has_sender = !self.mail.from.is_empty();
        Ok(match line.split_once([' ', ':']).unwrap_or((line, "")) {
            ("EHLO", name) if !name.is_empty() => {
                self.is_greeted = true;
                match self.rules.login {
                    Some(_) => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN".into(),
                    None => "250-test\r\n250 8BITMIME".into(),
                }
            }
            ("QUIT", "") => "221 bye".into(),
            _ if !self.is_greeted => OUT_OF_ORDER.into(),
            ("AUTH", login) => self.log_in(login),
            ("MAIL", from) if !has_sender => {
                self.mail.from = path(from, "FROM:");
                "250 ok".into()
            }
            ("RCPT", to) if has_sender => {
                if let Some(refusal) = self.rules.refusal {
                    return Ok(refusal.into());
                }
                self.mail.to.push(path(to, "TO:"));
                "250 ok".into()
            }
            ("DATA", "") if !self.mail.to.is_empty() => {
                self.reply("354 go on").await?;
                self.take_in().await?;
                "250 taken".into()
            }
            ("MAIL" | "RCPT" | "DATA", _) => OUT_OF_ORDER.into(),
            _ => "500 unrecognized".into(),
        })
    }

    fn log_in(&mut self, login: &str) -> String {
        let offered = login.strip_prefix("PLAIN ");
        if offered.is_none() || offered != self.rules.login {
            return "535 authentication failed".into();
        }
        self.mail.login = offered.map(str::to_owned);
        "235 welcome".into()
    }

    /// Up to the line with a single dot; other lines lose the dot that was put before theirs.
    async fn take_in(&mut self) -> std::io::Result<()> {
        while let Some(line) = self.lines.next_line().await? {
            if line == "." {
                let mail = std::mem::take(&mut self.mail);
                self.arrived.lock().unwrap().push(mail);
                return Ok(());
            }
            let line = line.strip_prefix('.').unwrap_or(&line);
            self.mail.lines.push(line.to_owned());
        }
        Ok(())
    }
}

/// `FROM:<a@b> BODY=8BITMIME` without all that.
fn path(argument: &str, prefix: &str) -> String {
    let path = argument.strip_prefix(prefix).unwrap();
    let path = path.split(' ').next().unwrap();
    path.strip_prefix('<')
        .unwrap()
        .strip_suffix('>')
        .unwrap()
        .to_owned()
}
