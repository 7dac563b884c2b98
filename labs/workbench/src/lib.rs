//! Your own programs live beside this file, in `src/bin/`: `cargo lab start 1` puts the first there.
