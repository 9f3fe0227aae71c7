//! From file to document.

use super::{FrontMatter, Lesson, Wrapper};

impl<'a> Lesson<'a> {
    /// Parses a lesson file. Total: what is wrong is in [`Lesson::diagnostics`].
    #[must_use]
    pub fn parse(source: &'a str) -> Self {
        Self {
            source,
            wrapper: Wrapper::Bare,
            front_matter: FrontMatter::default(),
            body: Vec::new(),
            diagnostics: Vec::new(),
        }
    }
}
