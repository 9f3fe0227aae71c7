//! Numbered changes to the tables, up and down. Which to run is decided here; each adapter runs them
//! in one transaction that keeps other processes out.

use esl_core::ports::StoreError;

/// A step from one version of the tables to the next, and back.
#[derive(Debug)]
pub(crate) struct Migration {
    /// From the version before.
    pub(crate) up: &'static str,
    /// To the version before.
    pub(crate) down: &'static str,
}

/// One thing to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// The statements.
    pub(crate) sql: &'static str,
    /// The version of the tables afterwards.
    pub(crate) version: u32,
}

/// Embeds the files of a migration: `migration!("sqlite", "0001_jobs")`.
macro_rules! migration {
    ($database:literal, $name:literal) => {
        $crate::migrations::Migration {
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

/// What leads from tables of version `found` to version `wanted`, or to the last one.
///
/// # Errors
/// [`StoreError::NewerSchema`] if the tables are of a later program; going back from there is that
/// program's business. [`StoreError::Configuration`] if there is no such version.
pub(crate) fn steps(
    migrations: &'static [Migration],
    found: u32,
    wanted: Option<u32>,
) -> Result<Vec<Step>, StoreError> {
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    let wanted = wanted.unwrap_or(known);
    if wanted > known {
        let problem = format!("there is no version {wanted} of its tables, only up to {known}");
        return Err(StoreError::Configuration { problem });
    }
    let up = numbered(migrations)
        .filter(|(number, _)| (found + 1..=wanted).contains(number))
        .map(|(version, migration)| Step {
            sql: migration.up,
            version,
        });
    let down = numbered(migrations)
        .rev()
        .filter(|(number, _)| (wanted + 1..=found).contains(number))
        .map(|(number, migration)| Step {
            sql: migration.down,
            version: number - 1,
        });
    Ok(up.chain(down).collect())
}

fn numbered(
    migrations: &'static [Migration],
) -> impl DoubleEndedIterator<Item = (u32, &'static Migration)> {
    let numbers = (1..).take(migrations.len()).collect::<Vec<u32>>();
    numbers.into_iter().zip(migrations)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATIONS: &[Migration] = &[
        Migration {
            up: "up 1",
            down: "down 1",
        },
        Migration {
            up: "up 2",
            down: "down 2",
        },
        Migration {
            up: "up 3",
            down: "down 3",
        },
    ];

    fn way(found: u32, wanted: Option<u32>) -> Vec<(&'static str, u32)> {
        let steps = steps(MIGRATIONS, found, wanted).unwrap();
        steps.iter().map(|step| (step.sql, step.version)).collect()
    }

    #[test]
    fn the_way_up_and_the_way_down_are_each_others_reverse() {
        assert_eq!(way(0, None), [("up 1", 1), ("up 2", 2), ("up 3", 3)]);
        assert_eq!(
            way(3, Some(0)),
            [("down 3", 2), ("down 2", 1), ("down 1", 0)]
        );
        assert_eq!(way(1, Some(2)), [("up 2", 2)]);
        assert_eq!(way(2, Some(1)), [("down 2", 1)]);
        assert_eq!(way(3, None), []);
    }

    #[test]
    fn tables_of_a_later_program_are_left_alone() {
        let result = steps(MIGRATIONS, 4, Some(0));
        let (found, known) = (4, 3);
        assert!(matches!(
            result,
            Err(StoreError::NewerSchema { found: f, known: k }) if (f, k) == (found, known)
        ));
        assert!(steps(MIGRATIONS, 0, Some(4)).is_err());
    }
}
