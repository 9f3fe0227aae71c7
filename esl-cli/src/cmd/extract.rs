//! `esl extract`: parts of a lesson, as text or JSON.
