//! Jobs that wait for a time: a sorted set, from which they go to the stream when it has come.

use esl_core::Timestamp;
use esl_core::ports::{Delayed, StoreError};
use fred::interfaces::{LuaInterface, PubsubInterface, SortedSetsInterface};

use super::{FIELD, RedisQueue, during};

/// How many jobs one call of [`ANNOUNCE_DUE`] announces at most.
const ANNOUNCED: i64 = 100;

/// Announces jobs whose time has come, rings for them, and says when the next one is due.
const ANNOUNCE_DUE: &str = "
    local delayed, hints = KEYS[1], KEYS[2]
    local now, limit, field, bell = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
    local due = redis.call('ZRANGE', delayed, '-inf', now, 'BYSCORE', 'LIMIT', 0, limit)
    for _, job in ipairs(due) do
        redis.call('ZREM', delayed, job)
        redis.call('XADD', hints, '*', field, job)
    end
    if #due > 0 then
        redis.call('PUBLISH', bell, '')
    end
    return redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]";

impl RedisQueue {
    /// Has jobs announced when they are due, whoever looks for work then. Of all jobs that were told
    /// of, as many as may be announced at a time are kept, those that are due first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delay(&self, jobs: &[Delayed]) -> Result<(), StoreError> {
        if jobs.is_empty() {
            return Ok(());
        }
        let failed = during("tell of jobs that wait for a time");
        let scores: Vec<(f64, String)> = jobs.iter().map(scored).collect();
        let delayed = self.delayed.as_str();
        let changed = self.client.zadd(delayed, None, None, true, false, scores);
        let changed: usize = changed.await.map_err(&failed)?;
        if changed == 0 {
            return Ok(());
        }
        let telling = self.client.pipeline();
        let kept = i64::try_from(self.window).unwrap_or(i64::MAX);
        let trimmed = telling.zremrangebyrank::<(), _>(delayed, kept, -1).await;
        trimmed.map_err(&failed)?;
        let rung = telling.publish::<(), _, _>(self.bell.as_str(), "").await;
        rung.map_err(&failed)?;
        telling.last().await.map_err(&failed)
    }

    /// Announces jobs that are due, and says when the next one will be.
    pub(super) async fn announce_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let keys = vec![self.delayed.as_str(), self.hints.as_str()];
        let values = vec![
            self.clock.now().as_millis().to_string(),
            ANNOUNCED.to_string(),
            FIELD.to_owned(),
            self.bell.clone(),
        ];
        let next = self.reader.eval(ANNOUNCE_DUE, keys, values).await;
        let next: Option<i64> = next.map_err(during("announce jobs that are due"))?;
        Ok(next.map(Timestamp::from_millis))
    }
}

/// Milliseconds are far from where a score loses digits.
fn scored(delayed: &Delayed) -> (f64, String) {
    (delayed.due.as_millis() as f64, delayed.job.to_string())
}
