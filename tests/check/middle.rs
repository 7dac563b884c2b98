//! A program in the middle is played on both sides, and each leg is judged for itself.

use std::path::Path;

use super::support::badpeer;
use super::support::wrong::text;
use wirelab::check::program::CommandLine;
use wirelab::check::{Conversation, Plan, Subject};
use wirelab::course::catalogue::{Side, Weather};
use wirelab::wire::Transcript;

const SCRIPT: &str = r"@wire 1
@arg {upstream}
@leg front 1 3
@leg back 2 4
C connect
C> GET /menu.txt HTTP/1.1\r\n
C> \r\n
C2 connect
C2> GET /menu.txt HTTP/1.1\r\n
C2> \r\n
C2 fin
S2> HTTP/1.1 200 OK\r\n
S2> Content-Length: 6\r\n
S2> \r\n
S2> tacos\n
S2 fin
S> HTTP/1.1 200 OK\r\n
S> Content-Length: 6\r\n
S> \r\n
S> tacos\n
S fin
C fin
C3 connect
C3> GET / HTTP/1.1\r\n
C3> \r\n
C4 connect
C4> GET / HTTP/1.1\r\n
C4> \r\n
C4 fin
S4> HTTP/1.1 404 Not Found\r\n
S4> Content-Length: 0\r\n
S4> \r\n
S4 fin
S3> HTTP/1.1 404 Not Found\r\n
S3> Content-Length: 0\r\n
S3> \r\n
S3 fin
C3 fin
";

/// The report of the program in the middle with this flaw, and whether it passed.
fn checked(flaw: &str, weathers: &[Weather]) -> (String, bool) {
    let line = CommandLine::of(Path::new(badpeer()), &["middle", "{addr}", flaw]);
    let conversation = Conversation {
        name: "between".to_string(),
        expected: Transcript::parse(SCRIPT).expect("a transcript"),
        weathers: weathers.to_vec(),
    };
    let place = "a test".to_string();
    text(&Plan::new(
        place,
        Side::Server,
        Subject::Command(line),
        vec![conversation],
    ))
}

#[test]
fn a_right_program_in_the_middle_passes_in_all_weathers() {
    let weathers = [
        Weather::Calm,
        Weather::Dribble,
        Weather::Glue,
        Weather::Slow,
    ];
    let (text, passed) = checked("right", &weathers);
    assert!(passed, "{text}");
}

#[test]
fn a_wrong_request_behind_it_is_told_from_a_wrong_answer_before_it() {
    let cases = [
        (
            "lower-case",
            "back leg: your program's request is wrong from byte 1 on",
        ),
        (
            "asks-twice",
            "back leg: your program's request is wrong from byte 6 on",
        ),
        (
            "made-up",
            "front leg: the server's answer is wrong from byte 34 on",
        ),
    ];
    for (flaw, verdict) in cases {
        let (text, passed) = checked(flaw, &[Weather::Calm]);
        assert!(!passed && text.contains(verdict), "{flaw}:\n{text}");
        for leg in ["on the front leg", "on the back leg"] {
            assert!(text.contains(leg), "{flaw}:\n{text}");
        }
        let wide = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{flaw}");
    }
}
