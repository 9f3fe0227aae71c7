//! One suite per port: each clause of a contract is one function.
