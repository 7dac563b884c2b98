//! The commands of the READMEs of labs 3 to 6, run as a reader would run them: nc, telnet and the
//! labs' own clients print what stands there.

use crate::support::readme;

#[test]
fn the_commands_of_lab_3_print_what_its_readme_says() {
    let text = include_str!("../../labs/03-where-orders-end/README.md");
    assert_eq!(readme::run("03-where-orders-end", text, &[]), 4);
}

#[test]
fn the_commands_of_lab_4_print_what_its_readme_says() {
    let text = include_str!("../../labs/04-thats-all-thanks/README.md");
    assert_eq!(readme::run("04-thats-all-thanks", text, &[]), 6);
}

#[test]
fn the_commands_of_lab_5_print_what_its_readme_says() {
    let text = include_str!("../../labs/05-hanging-up/README.md");
    assert_eq!(readme::run("05-hanging-up", text, &[]), 8);
}

/// The guest who sits, and the forgetful server, are in `tests/act1_ends.rs`.
#[test]
fn the_commands_of_lab_6_print_what_its_readme_says() {
    let text = include_str!("../../labs/06-nobody-home/README.md");
    assert_eq!(readme::run("06-nobody-home", text, &[]), 5);
}
