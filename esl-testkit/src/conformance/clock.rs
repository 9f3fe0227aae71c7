//! The contract of [`Clock`].

use esl_core::ports::Clock;

use crate::Fixture;

/// Makes one test of each clause of the [`Clock`] contract.
///
/// `$fixture` names an `async fn() -> Fixture<dyn Clock>` of the calling module.
#[macro_export]
macro_rules! clock_suite {
    ($fixture:ident) => {
        $crate::__clauses!(clock, $fixture, [tells_a_plausible_time]);
    };
}

/// The time told can be written and read back.
pub async fn tells_a_plausible_time(fixture: &Fixture<dyn Clock>) {
    let now = fixture.port.now();
    assert_eq!(now.to_string().parse().ok(), Some(now));
}
