//! Runnable examples live beside this file; see their headers.
