//! `notify.email`: telling the owner by mail, in plain text and in English.
//!
//! ```ignore
//! let mail = Mail::new(jobs.store.clone(), &MailSettings::default())?;
//! let worker = Worker::builder(jobs.store, jobs.queue).handles::<NotifyEmail>(mail);
//! ```

mod letter;
mod post;

use std::sync::Arc;

use async_trait::async_trait;
use esl_core::Secret;
use esl_core::job::payload::NotifyEmail;
use esl_core::job::{Job, JobView};
use esl_core::ports::{Done, HandlePayload, JobContext, JobError, JobStore};

use super::subject::Subject;
use letter::{Letter, Writer};
use post::Post;

pub use post::BadSettings;

/// How mails are sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MailSettings {
    /// The SMTP server. Default `mailhog`.
    pub host: String,
    /// Its port. Default 1025.
    pub port: u16,
    /// Who logs in; nobody does unless there is a password, too.
    pub user: Option<String>,
    /// The password. It is sent over connections only that are encrypted or stay on this machine.
    pub password: Option<Secret>,
    /// Who the mails are from. Default `no-reply@example.local`.
    pub from: String,
    /// Whether the connection is encrypted from its beginning. Otherwise it is encrypted as soon as the
    /// server offers to (STARTTLS), and must be if somebody logs in. Default false.
    pub secure: bool,
    /// Where users reach this service, such as `https://esl.example.com`: what links to it begin with.
    /// Without one, mails link only to pages that are elsewhere.
    pub public_url: Option<String>,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            host: "mailhog".into(),
            port: 1025,
            user: None,
            password: None,
            from: "no-reply@example.local".into(),
            secure: false,
            public_url: None,
        }
    }
}

/// Tells owners by mail how their jobs ended.
#[derive(Debug)]
pub struct Mail {
    store: Arc<dyn JobStore>,
    writer: Writer,
    post: Post,
}

impl Mail {
    /// Sends mails about jobs in `store`.
    ///
    /// # Errors
    /// [`BadSettings`] if the sender is no address, or no encryption can be set up.
    pub fn new(store: Arc<dyn JobStore>, settings: &MailSettings) -> Result<Self, BadSettings> {
        Ok(Self {
            store,
            writer: Writer::new(settings.public_url.as_deref()),
            post: Post::new(settings)?,
        })
    }

    async fn letter(&self, wish: &NotifyEmail) -> Result<Letter, JobError> {
        let subject = Subject::read(self.store.as_ref(), wish.job_id, wish.batch_id).await?;
        Ok(match subject {
            Subject::Job(job) => self.writer.about_job(&JobView::from(job.as_ref())),
            Subject::Batch(batch, mut members) => {
                members.sort_by_key(|job| job.head.id);
                let members: Vec<_> = members.iter().map(JobView::from).collect();
                self.writer.about_batch(batch, &members)
            }
        })
    }
}

#[async_trait]
impl HandlePayload<NotifyEmail> for Mail {
    async fn run(
        &self,
        wish: NotifyEmail,
        job: &Job,
        context: &JobContext,
    ) -> Result<Done, JobError> {
        let letter = self.letter(&wish).await?;
        // The mail is named after the job: a copy that another attempt sends can be told as one.
        let sending = self.post.send(&wish.to, letter, job.head.id);
        let ended = context.cancelled.run_until_cancelled(sending).await;
        ended.unwrap_or_else(|| Err(JobError::interrupted()))?;
        Ok(Done::default())
    }
}
