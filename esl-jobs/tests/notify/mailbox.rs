//! A small SMTP server that takes nothing out of order (RFC 5321), encrypted if asked to (RFC 3207).

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::authority::Authority;

/// A mail as it arrived.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Arrived {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) login: Option<String>,
    pub(crate) is_encrypted: bool,
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
#[derive(Clone, Default)]
pub(crate) struct Rules {
    /// What it says to recipients instead of taking them.
    pub(crate) refusal: Option<&'static str>,
    /// The only login it takes, in base64; without one, nobody can log in.
    pub(crate) login: Option<&'static str>,
    /// How it encrypts a connection when asked to; without one, it does not.
    pub(crate) tls: Option<TlsAcceptor>,
}

/// How a server encrypts that is called `name`, as `authority` vouches.
pub(crate) fn tls(authority: &Authority, name: &str) -> TlsAcceptor {
    let (certificate, key) = authority.vouch_for(name);
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    Arc::new(config.unwrap()).into()
}

pub(crate) struct Mailbox {
    pub(crate) port: u16,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    arrived: Vec<Arrived>,
    unencrypted: Vec<String>,
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Mailbox {
    pub(crate) async fn open(rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let heard = Arc::default();
        Self {
            port: listener.local_addr().unwrap().port(),
            task: tokio::spawn(serve(listener, rules, Arc::clone(&heard))),
            heard,
        }
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.heard.lock().unwrap().arrived.clone()
    }

    /// The commands that anybody could have read on their way, without what follows them.
    pub(crate) fn unencrypted(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        let commands = heard.unencrypted.iter();
        let names = commands.map(|line| line.split(' ').next().unwrap().to_owned());
        names.collect()
    }
}

async fn serve(listener: TcpListener, rules: Rules, heard: Arc<Mutex<Heard>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let conversation = Conversation {
            wire: BufReader::new(Box::new(stream)),
            rules: rules.clone(),
            heard: heard.clone(),
            is_encrypted: false,
            is_greeted: false,
            mail: Arrived::default(),
        };
        // It ends when the client hangs up.
        tokio::spawn(async { conversation.hold().await.ok() });
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

struct Conversation {
    wire: BufReader<Box<dyn Wire>>,
    rules: Rules,
    heard: Arc<Mutex<Heard>>,
    is_encrypted: bool,
    is_greeted: bool,
    mail: Arrived,
}

impl Conversation {
    async fn hold(mut self) -> std::io::Result<()> {
        self.reply("220 test ESMTP").await?;
        while let Some(line) = self.next_line().await? {
            let reply = self.obey(&line).await?;
            self.reply(&reply).await?;
            match line.as_str() {
                "STARTTLS" => self = self.encrypted().await?,
                "QUIT" => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// The same client, who begins anew, encrypted.
    async fn encrypted(self) -> std::io::Result<Self> {
        let Some(tls) = self.tls_on_offer() else {
            return Ok(self);
        };
        let wire = tls.accept(self.wire.into_inner()).await?;
        Ok(Self {
            wire: BufReader::new(Box::new(wire)),
            is_encrypted: true,
            is_greeted: false,
            mail: Arrived::default(),
            ..self
        })
    }

    fn tls_on_offer(&self) -> Option<TlsAcceptor> {
        self.rules.tls.clone().filter(|_| !self.is_encrypted)
    }

    async fn next_line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        if self.wire.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        if !self.is_encrypted {
            self.heard.lock().unwrap().unencrypted.push(line.clone());
        }
        Ok(Some(line))
    }

    async fn reply(&mut self, reply: &str) -> std::io::Result<()> {
        let reply = format!("{reply}\r\n");
        self.wire.write_all(reply.as_bytes()).await?;
        self.wire.flush().await
    }

    async fn obey(&mut self, line: &str) -> std::io::Result<String> {
        const OUT_OF_ORDER: &str = "503 bad sequence of commands";
        let has_sender = !self.mail.from.is_empty();
        Ok(match line.split_once([' ', ':']).unwrap_or((line, "")) {
            ("EHLO", name) if !name.is_empty() => {
                self.is_greeted = true;
                self.greeting()
            }
            ("QUIT", "") => "221 bye".into(),
            _ if !self.is_greeted => OUT_OF_ORDER.into(),
            ("STARTTLS", "") if self.tls_on_offer().is_some() => "220 go on".into(),
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

    /// Logging in is offered to everybody, also where it could be overheard.
    fn greeting(&self) -> String {
        let mut greeting = "250-test\r\n".to_owned();
        if self.rules.login.is_some() {
            greeting += "250-AUTH PLAIN\r\n";
        }
        if self.tls_on_offer().is_some() {
            greeting += "250-STARTTLS\r\n";
        }
        greeting + "250 8BITMIME"
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
        while let Some(line) = self.next_line().await? {
            if line == "." {
                let mut mail = std::mem::take(&mut self.mail);
                mail.is_encrypted = self.is_encrypted;
                self.heard.lock().unwrap().arrived.push(mail);
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
