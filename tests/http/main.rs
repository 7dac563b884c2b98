//! The HTTP core against the standard's own examples, typical attacks, and every cut.

mod body;
mod cut;
mod head;
mod random;
mod target;
mod url;
