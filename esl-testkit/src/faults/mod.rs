//! Ports that fail on cue, to show that what stands above them loses nothing and does nothing twice.
//!
//! [`Faulty`] wraps any port. Which of its calls go wrong, and how, is decided beforehand by a
//! [`FaultPlan`] and never by chance: the same plan on the same calls does the same. [`ShowsLate`]
//! wraps a workspace whose listings lag behind.
//!
//! ```
//! # use std::sync::Arc;
//! # use esl_testkit::MemoryNotion;
//! # use esl_testkit::faults::{Fault, FaultPlan, Faults, Faulty, PortCall};
//! let plan = FaultPlan::none().on(PortCall::CreatePage, 1, Fault::LoseAnswer);
//! let faults = Arc::new(Faults::new(plan));
//! let notion = Faulty::new(Arc::new(MemoryNotion::default()), faults.clone());
//! ```

mod artifact_store;
mod call;
mod injector;
mod manifest_store;
mod notion;
mod plan;
mod shows_late;
mod tts;

use std::sync::Arc;

pub use call::PortCall;
pub use injector::Faults;
pub use plan::{Fault, FaultPlan};
pub use shows_late::ShowsLate;

/// A port some of whose calls go wrong.
#[derive(Debug)]
pub struct Faulty<P: ?Sized> {
    inner: Arc<P>,
    faults: Arc<Faults>,
}

impl<P: ?Sized> Faulty<P> {
    /// `inner`, going wrong as `faults` says. Share `faults` among all ports of one process: it
    /// counts their calls together and they die together.
    #[must_use]
    pub fn new(inner: Arc<P>, faults: Arc<Faults>) -> Self {
        Self { inner, faults }
    }
}
