//! URL references: RFC 3986 section 5.4, and what the URL bar needs.

use wirelab::http::url::{BadUrl, Web, remove_dot_segments, resolve};

const BASE: &str = "http://a/b/c/d;p?q";

/// Section 5.4.1.
const NORMAL: [(&str, &str); 23] = [
    ("g:h", "g:h"),
    ("g", "http://a/b/c/g"),
    ("./g", "http://a/b/c/g"),
    ("g/", "http://a/b/c/g/"),
    ("/g", "http://a/g"),
    ("//g", "http://g"),
    ("?y", "http://a/b/c/d;p?y"),
    ("g?y", "http://a/b/c/g?y"),
    ("#s", "http://a/b/c/d;p?q#s"),
    ("g#s", "http://a/b/c/g#s"),
    ("g?y#s", "http://a/b/c/g?y#s"),
    (";x", "http://a/b/c/;x"),
    ("g;x", "http://a/b/c/g;x"),
    ("g;x?y#s", "http://a/b/c/g;x?y#s"),
    ("", "http://a/b/c/d;p?q"),
    (".", "http://a/b/c/"),
    ("./", "http://a/b/c/"),
    ("..", "http://a/b/"),
    ("../", "http://a/b/"),
    ("../g", "http://a/b/g"),
    ("../..", "http://a/"),
    ("../../", "http://a/"),
    ("../../g", "http://a/g"),
];

/// Section 5.4.2. For the last one the standard has two answers; this is the strict one.
const ABNORMAL: [(&str, &str); 19] = [
    ("../../../g", "http://a/g"),
    ("../../../../g", "http://a/g"),
    ("/./g", "http://a/g"),
    ("/../g", "http://a/g"),
    ("g.", "http://a/b/c/g."),
    (".g", "http://a/b/c/.g"),
    ("g..", "http://a/b/c/g.."),
    ("..g", "http://a/b/c/..g"),
    ("./../g", "http://a/b/g"),
    ("./g/.", "http://a/b/c/g/"),
    ("g/./h", "http://a/b/c/g/h"),
    ("g/../h", "http://a/b/c/h"),
    ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
    ("g;x=1/../y", "http://a/b/c/y"),
    ("g?y/./x", "http://a/b/c/g?y/./x"),
    ("g?y/../x", "http://a/b/c/g?y/../x"),
    ("g#s/./x", "http://a/b/c/g#s/./x"),
    ("g#s/../x", "http://a/b/c/g#s/../x"),
    ("http:g", "http:g"),
];

#[test]
fn the_42_examples_of_section_5_4() {
    for (reference, expected) in NORMAL.into_iter().chain(ABNORMAL) {
        assert_eq!(resolve(BASE, reference), expected, "{reference:?}");
    }
}

#[test]
fn further_references() {
    assert_eq!(resolve("http://a", "g"), "http://a/g");
    assert_eq!(resolve("http://a?q", "g"), "http://a/g");
    assert_eq!(resolve("http://a", "?y"), "http://a?y");
    assert_eq!(resolve("http://a/b?", ""), "http://a/b?");
    assert_eq!(resolve("http://a/b#f", ""), "http://a/b");
    assert_eq!(resolve("http://a/b/", "//c/../d"), "http://c/d");
    assert_eq!(resolve("x:/a", "..//b"), "x:/.//b");
    assert_eq!(remove_dot_segments("/a/b/c/./../../g"), "/a/g");
    assert_eq!(remove_dot_segments("mid/content=5/../6"), "mid/6");
}

#[test]
fn the_url_bar() {
    let fine = [
        (
            "http://tacos.example",
            "tacos.example",
            80,
            "tacos.example",
            "/",
        ),
        (
            "http://tacos.example/",
            "tacos.example",
            80,
            "tacos.example",
            "/",
        ),
        (
            "http://tacos.example:80/a?b#c",
            "tacos.example",
            80,
            "tacos.example",
            "/a?b",
        ),
        (
            "http://tacos.example:8080?b",
            "tacos.example",
            8080,
            "tacos.example:8080",
            "/?b",
        ),
        (
            "http://tacos.example:",
            "tacos.example",
            80,
            "tacos.example",
            "/",
        ),
        (
            "HTTP://127.0.0.1:8001/x",
            "127.0.0.1",
            8001,
            "127.0.0.1:8001",
            "/x",
        ),
        ("http://[::1]:8001/x", "::1", 8001, "[::1]:8001", "/x"),
        ("http://[::1]#top", "::1", 80, "[::1]", "/"),
    ];
    for (url, host, port, authority, target) in fine {
        let web = Web {
            host: host.to_string(),
            port,
            authority: authority.to_string(),
            target: target.to_string(),
        };
        assert_eq!(Web::parse(url), Ok(web), "{url}");
    }
    let bad = [
        ("tacos.example", BadUrl::NoScheme),
        ("//tacos.example", BadUrl::NoScheme),
        ("localhost:8080", BadUrl::NoScheme),
        ("https://tacos.example", BadUrl::Secure),
        ("ftp://tacos.example", BadUrl::OtherScheme),
        ("http://user@tacos.example", BadUrl::Userinfo),
        ("http://good.example:80@evil.example/", BadUrl::Userinfo),
        ("http://", BadUrl::Host),
        ("http:///a", BadUrl::Host),
        ("http://h:99999/", BadUrl::Host),
        ("http://h/a b", BadUrl::Byte(10)),
        ("http://h/\u{f1}", BadUrl::Byte(9)),
        ("http://h?a\nb", BadUrl::Byte(10)),
    ];
    for (url, wrong) in bad {
        assert_eq!(Web::parse(url), Err(wrong), "{url}");
    }
}
