//! One suite per port: each clause of a contract is one function that panics where it is broken.
//!
//! The `*_suite!` macros turn a fixture into one test per clause. The clauses are public, so that a
//! test of an unusual adapter can also call them one by one.

pub mod artifact_store;
pub mod clock;
pub mod event_log;
mod job_material;
pub mod job_store;
pub mod manifest_store;
pub mod notion;
pub mod permits;
pub mod queue;
pub mod settings_store;
pub mod tts;
pub mod upload_store;

/// Makes one test of each named clause. Used by the suites of this module.
#[doc(hidden)]
#[macro_export]
macro_rules! __clauses {
    ($suite:ident, $fixture:ident, [$($clause:ident),+ $(,)?]) => {
        mod $suite {
            $(
                #[test]
                fn $clause() {
                    $crate::run_test(async {
                        let fixture = super::$fixture().await;
                        $crate::conformance::$suite::$clause(&fixture).await;
                    });
                }
            )+
        }
    };
}

/// Makes one test of each named clause, skipped where the fixture is not there. Used by the suites of
/// this module.
#[doc(hidden)]
#[macro_export]
macro_rules! __clauses_if_there {
    ($suite:ident, $fixture:ident, [$($clause:ident),+ $(,)?]) => {
        mod $suite {
            $(
                #[test]
                fn $clause() {
                    $crate::run_test(async {
                        if let Some(fixture) = super::$fixture().await {
                            $crate::conformance::$suite::$clause(&fixture).await;
                        }
                    });
                }
            )+
        }
    };
}
