//! The commands of the READMEs of labs 7, 8, 10 and 11, run as a reader would run them: nc, telnet on a
//! terminal, curl and the labs' own clients print what stands there.

use crate::support::readme;

#[test]
fn the_commands_of_lab_7_print_what_its_readme_says() {
    let text = include_str!("../../labs/07-bring-me-that-file/README.md");
    let typed = ["GET /menu.txt"];
    assert_eq!(readme::run("07-bring-me-that-file", text, &typed), 10);
}

/// telnet's Enter key sends CR LF: what it sends is byte-right, typed by hand.
#[test]
fn the_commands_of_lab_8_print_what_its_readme_says() {
    let text = include_str!("../../labs/08-proper-request/README.md");
    let typed = [
        "GET /menu.txt HTTP/1.1",
        "Host: tacos.example",
        "Accept: text/plain",
        "Connection: close",
        "",
    ];
    assert_eq!(readme::run("08-proper-request", text, &typed), 7);
}

#[test]
fn the_commands_of_lab_10_print_what_its_readme_says() {
    let text = include_str!("../../labs/10-headers/README.md");
    assert_eq!(readme::run("10-headers", text, &[]), 8);
}

#[test]
fn the_commands_of_lab_11_print_what_its_readme_says() {
    let text = include_str!("../../labs/11-bytes-not-letters/README.md");
    assert_eq!(readme::run("11-bytes-not-letters", text, &[]), 11);
}
