//! The commands of the labs' READMEs, run as a reader would run them: nc, telnet, curl and the labs' own
//! clients print what stands there.

use super::support::readme;
use wirelab::course::catalogue::Lab;

/// How many commands a lab's README has, and the lines that its reader types into telnet.
fn expected(number: u8) -> (usize, &'static [&'static str]) {
    match number {
        1 => (7, &["3 tacos"]),
        2 => (5, &[]),
        3 => (4, &[]),
        4 => (6, &[]),
        5 => (8, &[]),
        // The client that sits, and the forgetful server, are in `act1_ends`.
        6 => (5, &[]),
        7 => (10, &["GET /menu.txt"]),
        // telnet's Enter key sends CR LF: what it sends is byte-right, typed by hand.
        8 => (
            7,
            &[
                "GET /menu.txt HTTP/1.1",
                "Host: tacos.example",
                "Accept: text/plain",
                "Connection: close",
                "",
            ],
        ),
        9 => (7, &["GET / HTTP/1.1", "Host: tacos.example", ""]),
        10 => (8, &[]),
        11 => (11, &[]),
        12 => (6, &[]),
        13 => (4, &[]),
        14 => (7, &[]),
        15 => (4, &[]),
        16 => (7, &[]),
        17 => (9, &[]),
        // curl hangs on the unfinished server's 404, for the second that it is given.
        18 => (7, &["GET /menu.txt HTTP/1.0", ""]),
        // Five empty connections end the unfinished server; the finished one does not notice them.
        19 => (9, &[]),
        20 => (6, &[]),
        21 => (10, &[]),
        22 => (8, &[]),
        23 => (12, &[]),
        24 => (1, &[]),
        25 => (5, &[]),
        26 => (8, &[]),
        27 => (6, &[]),
        28 => (7, &[]),
        29 => (13, &[]),
        30 => (13, &[]),
        _ => (0, &[]),
    }
}

/// Each command prints what the README says.
pub fn commands_print_what_it_says(lab: &Lab) {
    let (count, typed) = expected(lab.number);
    assert_eq!(
        readme::run(lab.slug, lab.readme, typed),
        count,
        "{}",
        lab.slug
    );
}
