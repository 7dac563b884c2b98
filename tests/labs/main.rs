//! The labs, a module of tests each: `cargo test lab09` runs what concerns lab 9. Its bytes, its page, the
//! commands of its README, its own programs under the check, its stub and its wrong answers; and beside
//! them what a lab's programs do with bad input, at their limits and at the end of a connection. One program,
//! so that what waits here waits at the same time.

#[path = "../support/dice.rs"]
mod dice;
#[cfg(unix)]
#[path = "../support/flaws.rs"]
mod flaws;
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
mod act5_datagrams;
mod act5_hello;
mod act5_kitchens;
mod act5_names;
mod act5_proxy_lines;
mod act5_tickets;
mod bytes;
mod checks;
#[cfg(unix)]
mod checks_of_wrong_programs;
mod fresh;
mod readmes;
mod real_clients;
mod story;

use wirelab::course::catalogue::{self, Lab};

fn lab(number: u8) -> &'static Lab {
    catalogue::lab(number).expect("the lab is in the syllabus")
}

/// The tests that every lab has.
macro_rules! tests_of_labs {
    ($($name:ident = $number:literal)*) => {
        $(mod $name {
            use super::*;

            #[test]
            fn bytes_equal_the_snapshots() {
                bytes::equal_the_snapshots(lab($number));
            }

            #[test]
            fn page_is_told() {
                story::is_told(lab($number));
            }

            #[test]
            fn readme_commands_print_what_it_says() {
                readmes::commands_print_what_it_says(lab($number));
            }

            #[test]
            fn stubs_fail_as_reviewed() {
                checks::stubs_fail_as_reviewed(lab($number));
            }

            #[test]
            fn wrong_answers_get_their_codes() {
                checks::wrong_answers_get_their_codes(lab($number));
            }
        })*

        /// These wait longest, and tests are started in the order of their names: this module comes before the
        /// others, because a suite whose last tests only wait leaves the processors idle.
        mod checks_of_own_programs {
            $(mod $name {
                use crate::{checks, fresh, lab};

                #[test]
                fn pass() {
                    checks::own_programs_pass(lab($number));
                }

                #[test]
                fn a_replay_does_not_pass() {
                    fresh::knowing_by_heart_is_not_enough(lab($number));
                }

                #[test]
                fn hold_fresh_conversations() {
                    fresh::own_programs_hold_them(lab($number));
                }
            })*
        }

        const NUMBERS: &[u8] = &[$($number),*];
    };
}

tests_of_labs! {
    lab01 = 1
    lab02 = 2
    lab03 = 3
    lab04 = 4
    lab05 = 5
    lab06 = 6
    lab07 = 7
    lab08 = 8
    lab09 = 9
    lab10 = 10
    lab11 = 11
    lab12 = 12
    lab13 = 13
    lab14 = 14
    lab15 = 15
    lab16 = 16
    lab17 = 17
    lab18 = 18
    lab19 = 19
    lab20 = 20
    lab21 = 21
    lab22 = 22
    lab23 = 23
    lab24 = 24
    lab25 = 25
    lab26 = 26
    lab27 = 27
    lab28 = 28
    lab29 = 29
    lab30 = 30
}

/// Sides whose printed conversations a program can hold that knows them by heart: it is a fair opponent.
/// (Tests are started in the order of their names, and this one takes longest: it is not to be the last.)
#[test]
fn by_heart_most_printed_conversations_can_be_known() {
    use catalogue::Side::{Client, Server};
    let sides = [
        (1, Server),
        (1, Client),
        (2, Server),
        (3, Server),
        (4, Client),
        (5, Server),
        (7, Server),
        (8, Client),
        (9, Server),
        (10, Server),
        (11, Server),
        (12, Client),
        (13, Client),
        (14, Client),
        (16, Server),
        (17, Server),
        (18, Server),
        (21, Server),
        // In lab 22 one refusal is the server's own choice.
        (23, Server),
    ];
    for (number, side) in sides {
        fresh::by_heart_holds_the_printed_ones(lab(number), side);
    }
}

#[test]
fn every_lab_has_its_tests() {
    let labs: Vec<u8> = catalogue::labs().map(|lab| lab.number).collect();
    assert_eq!(NUMBERS, labs);
}
