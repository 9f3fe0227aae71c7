//! Instants as the manifest and the API write them.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UTC instant with millisecond precision, written as `2026-01-31T08:15:30.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The time elapsed since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }

    /// The instant this much later; the last one there is if that is out of range.
    #[must_use]
    pub fn plus(self, later: Duration) -> Self {
        Self::from_millis(self.as_millis().saturating_add(whole_millis(later)))
    }

    /// The instant this much earlier; the first one there is if that is out of range.
    #[must_use]
    pub fn minus(self, earlier: Duration) -> Self {
        Self::from_millis(self.as_millis().saturating_sub(whole_millis(earlier)))
    }

    /// Milliseconds since 1970, as stores keep it.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The instant this many milliseconds after 1970, or the nearest one that RFC 3339 can write: the
    /// years 0 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        let written = millis.clamp(FIRST_MILLIS, LAST_MILLIS);
        Self(DateTime::from_timestamp_millis(written).unwrap_or_default())
    }
}

/// 0000-01-01T00:00:00.000Z
const FIRST_MILLIS: i64 = -62_167_219_200_000;

/// 9999-12-31T23:59:59.999Z
const LAST_MILLIS: i64 = 253_402_300_799_999;

fn whole_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(DateTime::<Utc>::from(time).trunc_subsecs(3))
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0.into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;

    /// Accepts any RFC 3339 time and converts it to UTC.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(
            DateTime::parse_from_rfc3339(text)?
                .with_timezone(&Utc)
                .trunc_subsecs(3),
        ))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_utc_with_milliseconds_and_parses_back() {
        let time: Timestamp = "2026-01-31T10:15:30.1234+02:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-01-31T08:15:30.123Z");
        assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
    }

    #[test]
    fn milliseconds_and_back_is_the_identity() {
        let time: Timestamp = "2026-01-31T08:15:30.123Z".parse().unwrap();
        assert_eq!(Timestamp::from_millis(time.as_millis()), time);
        let hour = Duration::from_secs(3600);
        assert_eq!(time.plus(hour).minus(hour), time);
    }

    #[test]
    fn an_instant_beyond_the_calendar_is_its_end() {
        let now = Timestamp::from_millis(0);
        let (first, last) = (now.minus(Duration::MAX), now.plus(Duration::MAX));
        assert_eq!(first.to_string(), "0000-01-01T00:00:00.000Z");
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(last.to_string().parse(), Ok(last));
    }
}
