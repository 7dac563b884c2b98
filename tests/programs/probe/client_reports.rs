//! The probe of a client in the forms that other programs read.

use std::fs;

use super::command;
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
