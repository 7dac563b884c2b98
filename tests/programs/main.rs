//! Programs at work, seen from outside: the pages in a browser, anyone's programs and the learner's own,
//! the player, the tap, and a storm. The labs' own programs are in `tests/labs`. One program, so that what
//! waits here waits at the same time.

#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/mod.rs"]
mod support;

mod any_language;
mod building;
#[cfg(target_os = "linux")]
mod captures;
mod completions;
mod course_in_browser;
mod fetch;
mod graders;
#[cfg(target_os = "linux")]
mod grid;
mod languages;
mod leftovers;
mod nc;
#[cfg(unix)]
mod outside;
mod pages;
mod pcapng;
#[cfg(unix)]
mod permissions;
mod play;
mod player;
mod probe;
mod program;
mod promises;
#[cfg(unix)]
mod quiz;
mod replay;
mod serve;
mod show;
mod storm;
mod strays;
mod tap;
mod tap_clients;
mod tap_command;
mod tap_datagrams;
mod tap_faults;
#[cfg(unix)]
mod tap_signals;
