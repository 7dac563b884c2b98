//! curl and our own clients walk through the labs of Act III, in the very words of the READMEs.

use crate::support::readme;

#[test]
fn the_commands_of_lab_12_print_what_its_readme_says() {
    let text = include_str!("../../labs/12-url-bar/README.md");
    assert_eq!(readme::run("12-url-bar", text, &[]), 6);
}

#[test]
fn the_commands_of_lab_13_print_what_its_readme_says() {
    let text = include_str!("../../labs/13-anywhere/README.md");
    assert_eq!(readme::run("13-anywhere", text, &[]), 4);
}

#[test]
fn the_commands_of_lab_14_print_what_its_readme_says() {
    let text = include_str!("../../labs/14-we-moved/README.md");
    assert_eq!(readme::run("14-we-moved", text, &[]), 7);
}

#[test]
fn the_commands_of_lab_15_print_what_its_readme_says() {
    let text = include_str!("../../labs/15-wiretap/README.md");
    assert_eq!(readme::run("15-wiretap", text, &[]), 4);
}
