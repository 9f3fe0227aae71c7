//! A page that shows all there is.
