//! The commands of the labs' READMEs, run as a reader would run them: nc, telnet, curl and the labs' own
//! clients print what stands there. Those of labs 1, 2 and 9 are in `tests/real_clients.rs`.

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

/// The client that sits, and the forgetful server, are in `act1_ends`.
#[test]
fn the_commands_of_lab_6_print_what_its_readme_says() {
    let text = include_str!("../../labs/06-nobody-home/README.md");
    assert_eq!(readme::run("06-nobody-home", text, &[]), 5);
}

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
