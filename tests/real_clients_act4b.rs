//! The commands of the READMEs of labs 21 to 23, run as a reader would run them: curl, nc and the labs'
//! own clients print what stands there.

mod support;

use support::readme;

#[test]
fn the_commands_of_lab_21_print_what_its_readme_says() {
    let text = include_str!("../labs/21-bring-your-own/README.md");
    assert_eq!(readme::run("21-bring-your-own", text, &[]), 10);
}

#[test]
fn the_commands_of_lab_22_print_what_its_readme_says() {
    let text = include_str!("../labs/22-keeps-coming/README.md");
    assert_eq!(readme::run("22-keeps-coming", text, &[]), 8);
}

#[test]
fn the_commands_of_lab_23_print_what_its_readme_says() {
    let text = include_str!("../labs/23-not-again/README.md");
    assert_eq!(readme::run("23-not-again", text, &[]), 12);
}
