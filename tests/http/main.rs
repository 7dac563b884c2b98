//! The HTTP core against the standard's own examples, typical attacks, and every cut.

#[path = "../support/dice.rs"]
mod dice;

mod body;
mod connection;
mod cut;
mod head;
mod precondition;
mod random;
mod range;
mod target;
mod url;
