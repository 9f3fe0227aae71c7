//! What production does not put up with.

use super::*;

const DEFAULT: (&str, &str) = ("PG_PASSWORD", "esl");

fn with_jobs(variables: &[(&str, &str)]) -> Result<Settings, Failure> {
    world(variables).environment().settings(Typed {
        needs_jobs: true,
        ..Typed::default()
    })
}

#[test]
fn production_refuses_the_default_password_of_a_database() {
    let default = ("DATABASE_URL", "postgres://me:esl@db/lessons");
    for database in [DEFAULT, default] {
        for production in [("NODE_ENV", "production"), ("ESL_ENV", "production")] {
            let failure = with_jobs(&[database, production]).unwrap_err();
            for told in [database.0, production.0] {
                assert!(failure.message.contains(told), "{}", failure.message);
            }
        }
        for deployment in ["development", "test", ""] {
            with_jobs(&[database, ("NODE_ENV", deployment)]).unwrap();
        }
    }
    let production = ("NODE_ENV", "production");
    with_jobs(&[("PG_PASSWORD", "another"), production]).unwrap();
    with_jobs(&[production]).unwrap();
}

#[test]
fn our_own_variable_beats_that_of_others() {
    let development = ("ESL_ENV", "development");
    with_jobs(&[DEFAULT, ("NODE_ENV", "production"), development]).unwrap();
}

#[test]
fn another_deployment_stops_who_deals_with_jobs() {
    for name in ["NODE_ENV", "ESL_ENV"] {
        let staging = (name, "staging");
        let failure = with_jobs(&[staging]).unwrap_err();
        let expected = format!("{name}: it must be one of development, test, production");
        assert_eq!(failure.message, expected);
        world(&[staging]).settings();
    }
}
