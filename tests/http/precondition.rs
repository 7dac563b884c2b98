//! Preconditions in the order of RFC 9110 section 13.2.2.

use wirelab::http::Parsed;
use wirelab::http::conditional::{
    PreconditionOutcome, Tag, Validators, evaluate, for_if_range, range_counts,
};
use wirelab::http::head::HeadParser;

const NOW: i64 = 784_111_777 + 1_000;
const OLDER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const NEWER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

fn current() -> Validators<'static> {
    Validators {
        tag: Tag::parse(b"\"a\""),
        modified: Some(784_111_777),
    }
}

fn judge(method: &str, fields: &str, current: Option<Validators>) -> PreconditionOutcome {
    let text = format!("{method} / HTTP/1.1\r\n{fields}\r\n");
    let mut parser = HeadParser::new();
    let Ok(Parsed::Done { value, .. }) = parser.request(text.as_bytes()) else {
        panic!("no head: {text}");
    };
    evaluate(&value, current, NOW)
}

#[test]
fn each_precondition_and_their_order() {
    use PreconditionOutcome::{Failed, NotModified, Proceed};
    let cases: [(&str, String, PreconditionOutcome); 30] = [
        ("GET", String::new(), Proceed),
        ("GET", "If-None-Match: \"a\"\r\n".into(), NotModified),
        ("HEAD", "If-None-Match: \"a\"\r\n".into(), NotModified),
        ("PUT", "If-None-Match: \"a\"\r\n".into(), Failed),
        ("GET", "If-None-Match: W/\"a\"\r\n".into(), NotModified),
        ("GET", "If-None-Match: \"b\"\r\n".into(), Proceed),
        ("GET", "If-None-Match: \"b\", \"a\"\r\n".into(), NotModified),
        (
            "GET",
            "If-None-Match: \"b\"\r\nIf-None-Match: \"a\"\r\n".into(),
            NotModified,
        ),
        ("GET", "If-None-Match: *\r\n".into(), NotModified),
        ("PUT", "If-None-Match: *\r\n".into(), Failed),
        ("GET", "If-None-Match: a\r\n".into(), Proceed),
        ("GET", format!("If-Modified-Since: {SAME}\r\n"), NotModified),
        (
            "GET",
            format!("If-Modified-Since: {NEWER}\r\n"),
            NotModified,
        ),
        ("GET", format!("If-Modified-Since: {OLDER}\r\n"), Proceed),
        ("PUT", format!("If-Modified-Since: {SAME}\r\n"), Proceed),
        ("GET", "If-Modified-Since: yesterday\r\n".into(), Proceed),
        (
            "GET",
            format!("If-Modified-Since: {SAME}\r\nIf-Modified-Since: {SAME}\r\n"),
            Proceed,
        ),
        // An entity tag is more exact than a date: the date is not looked at.
        (
            "GET",
            format!("If-None-Match: \"b\"\r\nIf-Modified-Since: {SAME}\r\n"),
            Proceed,
        ),
        (
            "GET",
            format!("If-None-Match: \"a\"\r\nIf-Modified-Since: {OLDER}\r\n"),
            NotModified,
        ),
        ("GET", "If-Match: \"a\"\r\n".into(), Proceed),
        ("GET", "If-Match: \"b\", \"a\"\r\n".into(), Proceed),
        ("GET", "If-Match: W/\"a\"\r\n".into(), Failed),
        ("GET", "If-Match: \"b\"\r\n".into(), Failed),
        ("GET", "If-Match: *\r\n".into(), Proceed),
        ("PUT", format!("If-Unmodified-Since: {SAME}\r\n"), Proceed),
        ("PUT", format!("If-Unmodified-Since: {OLDER}\r\n"), Failed),
        ("PUT", "If-Unmodified-Since: x\r\n".into(), Proceed),
        (
            "PUT",
            format!("If-Match: \"a\"\r\nIf-Unmodified-Since: {OLDER}\r\n"),
            Proceed,
        ),
        (
            "GET",
            "If-Match: \"b\"\r\nIf-None-Match: \"a\"\r\n".into(),
            Failed,
        ),
        (
            "GET",
            "If-Match: \"a\"\r\nIf-None-Match: \"a\"\r\n".into(),
            NotModified,
        ),
    ];
    for (method, fields, expected) in cases {
        assert_eq!(
            judge(method, &fields, Some(current())),
            expected,
            "{method} {fields}"
        );
    }
}

#[test]
fn what_does_not_exist_matches_nothing() {
    assert_eq!(
        judge("PUT", "If-Match: *\r\n", None),
        PreconditionOutcome::Failed
    );
    assert_eq!(
        judge("PUT", "If-None-Match: *\r\n", None),
        PreconditionOutcome::Proceed
    );
    let since = format!("If-Unmodified-Since: {OLDER}\r\n");
    assert_eq!(judge("PUT", &since, None), PreconditionOutcome::Proceed);
}

#[test]
fn if_range() {
    let counts = |fields: &str, now: i64| {
        let text = format!("GET / HTTP/1.1\r\n{fields}\r\n");
        let mut parser = HeadParser::new();
        let Ok(Parsed::Done { value, .. }) = parser.request(text.as_bytes()) else {
            panic!("no head: {text}");
        };
        range_counts(value.fields, current(), now)
    };
    assert!(counts("", NOW));
    assert!(counts("If-Range: \"a\"\r\n", NOW));
    assert!(!counts("If-Range: W/\"a\"\r\n", NOW));
    assert!(!counts("If-Range: \"b\"\r\n", NOW));
    assert!(!counts("If-Range: \"a\", \"b\"\r\n", NOW));
    assert!(counts(&format!("If-Range: {SAME}\r\n"), NOW));
    assert!(!counts(&format!("If-Range: {NEWER}\r\n"), NOW));
    assert!(!counts(&format!("If-Range: {OLDER}\r\n"), NOW));
    assert!(!counts("If-Range: x\r\n", NOW));
    // In the second of the change the date is a weak validator.
    assert!(!counts(&format!("If-Range: {SAME}\r\n"), 784_111_777));
}

#[test]
fn entity_tags() {
    for bad in [
        "", "a", "\"", "\"a", "w/\"a\"", "W/a", "\"a\"b\"", "\"a b\"", "\"\t\"",
    ] {
        assert_eq!(Tag::parse(bad.as_bytes()), None, "{bad}");
    }
    assert!(Tag::parse(b"\"\"").is_some());
    assert!(Tag::parse(b"W/\"\xff!\"").is_some_and(|tag| tag.weak));
}

#[test]
fn what_a_client_may_name_in_if_range() {
    let named = |fields: &str| {
        let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
        let mut parser = HeadParser::new();
        let Ok(Parsed::Done { value, .. }) = parser.response(text.as_bytes()) else {
            panic!("no head: {text}");
        };
        for_if_range(value.fields, NOW).map(|text| String::from_utf8_lossy(text).into_owned())
    };
    let dates = |modified, date| format!("Last-Modified: {modified}\r\nDate: {date}\r\n");
    assert_eq!(named("ETag: \"a\"\r\n").as_deref(), Some("\"a\""));
    assert_eq!(named(&dates(OLDER, SAME)).as_deref(), Some(OLDER));
    for none in [
        String::new(),
        "ETag: a\r\n".to_string(),
        "ETag: \"a\"\r\nETag: \"b\"\r\n".to_string(),
        dates(SAME, SAME),
        dates(NEWER, SAME),
        format!("Last-Modified: {OLDER}\r\n"),
        // There is a tag, so the date may not be used instead (section 13.1.5).
        format!("ETag: W/\"a\"\r\n{}", dates(OLDER, SAME)),
    ] {
        assert_eq!(named(&none), None, "{none}");
    }
}
