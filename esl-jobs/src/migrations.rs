//! Numbered changes to the tables, up and down. Which to run is decided here; each adapter runs them
//! in one transaction that keeps other processes out.

use esl_core::ports::StoreError;

/// A step from one version of the tables to the next, and back.
#[derive(Debug)]
pub(crate) struct Migration {
    /// Number and subject.
    pub(crate) name: &'static str,
    /// From the version before.
    pub(crate) up: &'static str,
    /// To the version before.
    pub(crate) down: &'static str,
}

/// Which version the tables should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaVersion {
    /// The last one that this program knows.
    Latest,
    /// This one; 0 has no tables.
    Exactly(u32),
    /// So many before the present one, 0 at the earliest.
    Back(u32),
}

impl From<u32> for SchemaVersion {
    fn from(version: u32) -> Self {
        Self::Exactly(version)
    }
}

/// The way from one version of the tables to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// The version before.
    pub from: u32,
    /// What is done, in this order.
    pub steps: Vec<SchemaStep>,
}

/// One change to the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStep {
    /// Number and subject of what is made, or taken away.
    pub name: &'static str,
    /// The version of the tables afterwards.
    pub version: u32,
    /// The statements.
    pub(crate) sql: &'static str,
}

impl SchemaChange {
    /// The version afterwards.
    #[must_use]
    pub fn to(&self) -> u32 {
        self.steps.last().map_or(self.from, |step| step.version)
    }

    /// What leads from tables of version `from` to those that are wanted.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] if the tables are of a later program; going back from there is
    /// that program's business. [`StoreError::Configuration`] if there is no such version.
    pub(crate) fn find(
        migrations: &'static [Migration],
        from: u32,
        wanted: SchemaVersion,
    ) -> Result<Self, StoreError> {
        let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
        if from > known {
            return Err(StoreError::NewerSchema { found: from, known });
        }
        let wanted = match wanted {
            SchemaVersion::Latest => known,
            SchemaVersion::Exactly(version) => version,
            SchemaVersion::Back(versions) => from.saturating_sub(versions),
        };
        if wanted > known {
            let problem = format!("there is no version {wanted} of its tables, only up to {known}");
            return Err(StoreError::Configuration { problem });
        }
        let up = numbered(migrations)
            .filter(|(number, _)| (from + 1..=wanted).contains(number))
            .map(|(version, Migration { name, up, .. })| SchemaStep {
                name,
                version,
                sql: up,
            });
        let down = numbered(migrations)
            .rev()
            .filter(|(number, _)| (wanted + 1..=from).contains(number))
            .map(|(number, Migration { name, down, .. })| SchemaStep {
                name,
                version: number - 1,
                sql: down,
            });
        let steps = up.chain(down).collect();
        Ok(Self { from, steps })
    }
}

/// Embeds the files of a migration: `migration!("sqlite", "0001_jobs")`.
macro_rules! migration {
    ($database:literal, $name:literal) => {
        $crate::migrations::Migration {
            name: $name,
            up: include_str!(concat!(
                "../../migrations/",
                $database,
                "/",
                $name,
                ".up.sql"
            )),
            down: include_str!(concat!(
                "../../migrations/",
                $database,
                "/",
                $name,
                ".down.sql"
            )),
        }
    };
}
pub(crate) use migration;

fn numbered(
    migrations: &'static [Migration],
) -> impl DoubleEndedIterator<Item = (u32, &'static Migration)> {
    let numbers = (1..).take(migrations.len()).collect::<Vec<u32>>();
    numbers.into_iter().zip(migrations)
}

#[cfg(test)]
mod tests {
    use super::SchemaVersion::{Back, Exactly, Latest};
    use super::*;

    const MIGRATIONS: &[Migration] = &[
        Migration {
            name: "1",
            up: "up 1",
            down: "down 1",
        },
        Migration {
            name: "2",
            up: "up 2",
            down: "down 2",
        },
        Migration {
            name: "3",
            up: "up 3",
            down: "down 3",
        },
    ];

    fn way(found: u32, wanted: SchemaVersion) -> Vec<(&'static str, u32)> {
        let change = SchemaChange::find(MIGRATIONS, found, wanted).unwrap();
        let steps = change.steps.iter();
        steps.map(|step| (step.sql, step.version)).collect()
    }

    #[test]
    fn the_way_up_and_the_way_down_are_each_others_reverse() {
        assert_eq!(way(0, Latest), [("up 1", 1), ("up 2", 2), ("up 3", 3)]);
        let down = [("down 3", 2), ("down 2", 1), ("down 1", 0)];
        assert_eq!(way(3, Exactly(0)), down);
        assert_eq!(way(1, Exactly(2)), [("up 2", 2)]);
        assert_eq!(way(2, Exactly(1)), [("down 2", 1)]);
        assert_eq!(way(3, Latest), []);
    }

    #[test]
    fn the_way_back_ends_where_there_are_no_tables() {
        assert_eq!(way(3, Back(1)), [("down 3", 2)]);
        assert_eq!(way(2, Back(9)), [("down 2", 1), ("down 1", 0)]);
        assert_eq!(way(0, Back(1)), []);
    }

    #[test]
    fn tables_of_a_later_program_are_left_alone() {
        let result = SchemaChange::find(MIGRATIONS, 4, Exactly(0));
        let (found, known) = (4, 3);
        assert!(matches!(
            result,
            Err(StoreError::NewerSchema { found: f, known: k }) if (f, k) == (found, known)
        ));
        assert!(SchemaChange::find(MIGRATIONS, 0, Exactly(4)).is_err());
    }
}
