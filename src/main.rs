//! The `wirelab` command: `cargo lab …` in the repository.
fn main() {}
