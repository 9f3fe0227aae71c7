//! The fakes of the outside services on one port.

fn main() {}
