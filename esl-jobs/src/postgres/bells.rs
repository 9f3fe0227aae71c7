//! Waking other processes, and being woken by them: LISTEN and NOTIFY on one channel.
//!
//! Who is in the same process is woken without this, so each leaves its own notices unheard.
//!
//! NOTIFY makes the transactions that use it commit one after the other. So it is sent after commits,
//! by one task per process, and whatever was committed while a notice is on its way is told by the next
//! one: a busy process sends few notices, an idle one sends each at once.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::Pool;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::AsyncMessage;
use uuid::Uuid;

use super::address::Address;
use super::error::Fault;
use crate::wakeups::{News, Wakeups};

const CHANNEL: &str = "esl_jobs";

/// How long to wait before another attempt to listen or to tell.
const PAUSE: Duration = Duration::from_secs(1);

/// The tasks that tell and listen. They end with it.
#[derive(Debug)]
pub(super) struct Bells {
    untold: Arc<watch::Sender<News>>,
    tasks: [JoinHandle<()>; 2],
}

impl Bells {
    /// Starts to listen for `namespace`, ringing `wakeups`.
    pub(super) fn hang(
        pool: Pool,
        address: Address,
        namespace: &str,
        wakeups: Arc<Wakeups>,
    ) -> Self {
        let untold = Arc::new(watch::Sender::default());
        let ringer = Ringer::of(namespace);
        let tasks = [
            tokio::spawn(tell(pool, ringer.clone(), untold.clone())),
            tokio::spawn(listen(address, ringer, wakeups)),
        ];
        Self { untold, tasks }
    }

    /// Tells other processes, soon.
    pub(super) fn ring(&self, news: News) {
        if news != News::default() {
            self.untold.send_modify(|untold| *untold = untold.and(news));
        }
    }
}

impl Drop for Bells {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn tell(pool: Pool, ringer: Ringer, untold: Arc<watch::Sender<News>>) {
    let mut rung = untold.subscribe();
    while rung.changed().await.is_ok() {
        let mut news = News::default();
        untold.send_if_modified(|untold| {
            news = std::mem::take(untold);
            false
        });
        if let Err(fault) = notify(&pool, &ringer.notice(news)).await {
            tracing::debug!(
                ?fault,
                "other processes were not told of news, trying again"
            );
            tokio::time::sleep(PAUSE).await;
            untold.send_modify(|untold| *untold = untold.and(news));
        }
    }
}

/// Waits for no disk: a server that dies forgets its listeners, too.
async fn notify(pool: &Pool, notice: &str) -> Result<(), Fault> {
    let connection = pool.get().await?;
    let notify = "SELECT pg_notify($1, $2), set_config('synchronous_commit', 'off', true)";
    let notify = connection.prepare_cached(notify).await?;
    connection.execute(&notify, &[&CHANNEL, &notice]).await?;
    Ok(())
}

async fn listen(address: Address, ringer: Ringer, wakeups: Arc<Wakeups>) {
    loop {
        if let Err(error) = listen_once(&address, &ringer, &wakeups).await {
            tracing::debug!(%error, "not listening for new jobs of other processes");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(
    address: &Address,
    ringer: &Ringer,
    wakeups: &Wakeups,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = address.config.connect(address.tls.clone()).await?;
    let hear = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notice) = message?
                && notice.channel() == CHANNEL
                && let Some(news) = ringer.heard(notice.payload())
            {
                wakeups.ring(news);
            }
        }
        Ok(())
    };
    let subscribe = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // Whatever happened before is heard of now.
        wakeups.ring(News::ALL);
        std::future::pending().await
    };
    tokio::select! {
        ended = hear => ended,
        refused = subscribe => refused,
    }
}

/// Who tells and listens.
#[derive(Debug, Clone)]
struct Ringer {
    id: Uuid,
    namespace: String,
}

impl Ringer {
    fn of(namespace: &str) -> Self {
        Self {
            id: Uuid::new_v4(),
            namespace: namespace.to_owned(),
        }
    }

    /// A letter for each sort of news, who tells them, and the namespace.
    fn notice(&self, news: News) -> String {
        let letters = [
            (news.events, 'e'),
            (news.work, 'w'),
            (news.settings, 's'),
            (news.permits, 'p'),
        ];
        let letters = letters.into_iter().filter(|(is_news, _)| *is_news);
        let letters: String = letters.map(|(_, letter)| letter).collect();
        format!("{letters}:{}:{}", self.id.simple(), self.namespace)
    }

    /// News of another namespace concern permits only: those are of none. What was told from here is
    /// no news.
    fn heard(&self, notice: &str) -> Option<News> {
        let mut parts = notice.splitn(3, ':');
        let (letters, teller, namespace) = (parts.next()?, parts.next()?, parts.next()?);
        if teller.parse() == Ok(self.id) {
            return None;
        }
        let is_ours = namespace == self.namespace;
        let news = News {
            events: is_ours && letters.contains('e'),
            work: is_ours && letters.contains('w'),
            settings: is_ours && letters.contains('s'),
            permits: letters.contains('p'),
        };
        (news != News::default()).then_some(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_heard_by_others_of_its_namespace_only() {
        let events = News {
            events: true,
            ..News::default()
        };
        let teller = Ringer::of("a:b");
        for news in [News::JOBS, events] {
            let notice = teller.notice(news);
            assert_eq!(Ringer::of("a:b").heard(&notice), Some(news));
            assert_eq!(Ringer::of("a").heard(&notice), None);
            assert_eq!(teller.heard(&notice), None);
        }
        assert_eq!(teller.heard("something else"), None);
        let permits = News {
            permits: true,
            ..News::default()
        };
        let notice = teller.notice(News::ALL);
        assert_eq!(Ringer::of("c").heard(&notice), Some(permits));
    }
}
