//! The commands of the READMEs of labs 16 to 19, run as a reader would run them: curl, nc and the labs'
//! own clients print what stands there.

use crate::support::readme;

#[test]
fn the_commands_of_lab_16_print_what_its_readme_says() {
    let text = include_str!("../../labs/16-only-those-files/README.md");
    assert_eq!(readme::run("16-only-those-files", text, &[]), 7);
}

#[test]
fn the_commands_of_lab_17_print_what_its_readme_says() {
    let text = include_str!("../../labs/17-saying-what-it-is/README.md");
    assert_eq!(readme::run("17-saying-what-it-is", text, &[]), 9);
}

/// curl hangs on the unfinished server's 404, for the second that it is given.
#[test]
fn the_commands_of_lab_18_print_what_its_readme_says() {
    let text = include_str!("../../labs/18-keep-the-table/README.md");
    let typed = ["GET /menu.txt HTTP/1.0", ""];
    assert_eq!(readme::run("18-keep-the-table", text, &typed), 7);
}

/// Five empty connections end the unfinished server; the finished one does not notice them.
#[test]
fn the_commands_of_lab_19_print_what_its_readme_says() {
    let text = include_str!("../../labs/19-many-tables/README.md");
    assert_eq!(readme::run("19-many-tables", text, &[]), 9);
}
