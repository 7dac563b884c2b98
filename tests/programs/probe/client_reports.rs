//! The probe of a client in the forms that other programs read.

use std::fs;

use super::command;
use super::strange::{says, serving};
use crate::support::bin;

#[test]
fn a_client_has_json_markdown_and_junit_as_a_server_has() {
    let program = bin("wirelab");
    let good = format!("'{}' fetch {{url}}", program.display());
    let (code, text, error) = command(&["--client", &good, "--case", "field-folded", "--json"]);
    assert_eq!(code, Some(0), "{text}{error}");
    for part in [
        "{\n  \"client\": ",
        "  \"passed\": true,\n",
        "{\"case\": \"field-folded\", ",
        "\"verdict\": \"passed\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    // With --strict it refuses what RFC 9112 section 5.2 tells a user agent to join.
    let strict = format!("'{}' fetch --strict {{url}}", program.display());
    let words = ["--client", &strict, "--case", "field-folded"];
    let (code, text, error) = command(&[&words[..], &["--json"]].concat());
    assert_eq!(code, Some(1), "{text}{error}");
    assert!(text.contains("\"verdict\": \"failed\""), "{text}");
    assert!(text.contains("\"transcript\": \"C connect\\n"), "{text}");

    // What counts is the reader's choice; what is a failure is not, for clients as for servers.
    let (code, text, _) = command(&[&words[..], &["--json", "--level", "security"]].concat());
    assert_eq!(code, Some(0), "{text}");
    let server = serving(|_, stream| says(stream, "200 OK", "yes\n"));
    let addr = server.address().to_string();
    let mild = [
        &addr[..],
        "--case",
        "no-host",
        "--json",
        "--level",
        "security",
    ];
    let (code, server_text, _) = command(&mild);
    assert_eq!(code, Some(0), "{server_text}");
    for text in [text, server_text] {
        for part in [
            "  \"passed\": true,\n",
            "\"MUST\": {\"passed\": 0, \"failed\": 1, \"left_out\": 0}",
            "\"verdict\": \"failed\"",
            "\"failed_as\": \"MUST\"",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    // An expected failure of a client.
    let folder = super::site("client-accepts");
    let file = folder.join("accepted");
    fs::write(&file, "field-folded the gateway refuses it\n").unwrap();
    let accept = ["--accept", file.to_str().unwrap()];
    let (code, text, _) = command(&[&words[..], &accept, &["--json"]].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("\"verdict\": \"accepted\""), "{text}");
    let (code, text, _) = command(&[&words[..], &accept].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("accepted field-folded: the gateway refuses it\n"),
        "{text}"
    );
    fs::remove_dir_all(folder).unwrap();

    let (code, text, _) = command(&[&words[..], &["--md"]].concat());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains(": failed**, 0 of 1 cases passed\n"), "{text}");
    assert!(text.contains("\n| `field-folded` | "), "{text}");

    let (code, text, _) = command(&[&words[..], &["--junit", "-"]].concat());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("<?xml "), "{text}");
    assert!(text.contains("tests=\"1\" failures=\"1\""), "{text}");
    assert!(text.contains("<failure message=\""), "{text}");

    // Into a file, beside the text for a person.
    let folder = super::site("client-reports");
    let file = folder.join("junit.xml");
    let to = ["--junit", file.to_str().unwrap()];
    let (_, text, _) = command(&[&words[..], &to].concat());
    assert!(text.contains("FAIL 9112 5 field-folded"), "{text}");
    let written = fs::read_to_string(&file).unwrap();
    assert!(written.ends_with("</testsuites>\n"), "{written}");
}
