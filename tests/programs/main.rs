//! Programs at work, seen from outside: the labs beyond their snapshots (bad input, ends and limits, every
//! command of their READMEs), the pages in a browser, anyone's programs and the
//! learner's own, the player, the tap, and a storm. One program, so that what waits here waits at the same time.

#[path = "../support/dice.rs"]
mod dice;
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
mod act4_capstone;
mod act4_files;
mod act4_limits;
mod act4_tables;
mod any_language;
mod building;
mod commands;
mod fetch;
#[cfg(target_os = "linux")]
mod leftovers;
mod pages;
mod pcapng;
mod player;
mod probe;
mod program;
mod serve;
mod storm;
mod tap;
mod tap_command;
