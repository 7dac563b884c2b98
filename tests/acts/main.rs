//! The labs of Acts I to IV beyond their snapshots: bad input, ends and limits, and every command of their
//! READMEs. One program, so that what waits here waits at the same time.

#[path = "../support/mod.rs"]
mod support;

mod act1_bad_input;
mod act1_ends;
mod act2_bad_input;
mod act2_files;
mod act2_headers;
mod act3_anywhere;
mod act3_url;
mod act4_bad_input;
mod act4_bodies;
mod act4_files;
mod act4_limits;
mod act4_tables;
mod real_clients_act1;
mod real_clients_act2;
mod real_clients_act3;
mod real_clients_act4;
