//! Targets, hosts, and paths from strangers.

use wirelab::http::head::HeadParser;
use wirelab::http::target::{Authority, BadPath, Target, asked, authority, encode, form, names};
use wirelab::http::{Fault, Parsed, Wrong};

#[test]
fn the_four_forms() {
    let host = b"tacos.example";
    let tacos = |port| Authority { host, port };
    let fine: [(&str, &str, Target); 10] = [
        (
            "GET",
            "/",
            Target::Origin {
                path: b"/",
                query: None,
            },
        ),
        (
            "GET",
            "/a?b?c/",
            Target::Origin {
                path: b"/a",
                query: Some(b"b?c/"),
            },
        ),
        (
            "GET",
            "//a",
            Target::Origin {
                path: b"//a",
                query: None,
            },
        ),
        (
            "GET",
            "/?",
            Target::Origin {
                path: b"/",
                query: Some(b""),
            },
        ),
        (
            "GET",
            "http://tacos.example",
            Target::Absolute {
                authority: tacos(None),
                path: b"",
                query: None,
            },
        ),
        (
            "GET",
            "HTTP://tacos.example:8080/a?b",
            Target::Absolute {
                authority: tacos(Some(8080)),
                path: b"/a",
                query: Some(b"b"),
            },
        ),
        (
            "GET",
            "http://tacos.example?b",
            Target::Absolute {
                authority: tacos(None),
                path: b"",
                query: Some(b"b"),
            },
        ),
        ("OPTIONS", "*", Target::Asterisk),
        (
            "OPTIONS",
            "/a",
            Target::Origin {
                path: b"/a",
                query: None,
            },
        ),
        (
            "CONNECT",
            "tacos.example:443",
            Target::Authority(tacos(Some(443))),
        ),
    ];
    for (method, target, expected) in fine {
        assert_eq!(
            form(method.as_bytes(), target.as_bytes()),
            Ok(expected),
            "{target}"
        );
    }
    let bad: [(&str, &str, usize, Wrong); 19] = [
        ("GET", "*", 0, Wrong::AsteriskForm),
        ("OPTIONS", "**", 0, Wrong::TargetForm),
        ("GET", "menu", 0, Wrong::TargetForm),
        ("GET", "?a", 0, Wrong::TargetForm),
        ("GET", "tacos.example:443", 0, Wrong::AuthorityForm),
        ("GET", "mailto:a", 0, Wrong::TargetForm),
        ("GET", "ftp://a/", 0, Wrong::OtherScheme),
        ("GET", "https://a/", 0, Wrong::SecureScheme),
        ("GET", "http:///a", 7, Wrong::EmptyHost),
        ("GET", "http://:80/a", 7, Wrong::EmptyHost),
        ("GET", "http://u@h/", 8, Wrong::Userinfo),
        ("GET", "http://h:99999/", 9, Wrong::BadHost),
        ("GET", "/a%", 2, Wrong::Percent),
        ("GET", "/a%4", 2, Wrong::Percent),
        ("GET", "/a?%zz", 3, Wrong::Percent),
        ("GET", "/a[1]", 2, Wrong::TargetByte),
        ("GET", "http://h/a?[", 11, Wrong::TargetByte),
        ("CONNECT", "/", 0, Wrong::ConnectForm),
        ("CONNECT", "tacos.example", 0, Wrong::ConnectForm),
    ];
    for (method, target, at, wrong) in bad {
        let fault = Fault::new(at, wrong);
        assert_eq!(
            form(method.as_bytes(), target.as_bytes()),
            Err(fault),
            "{target}"
        );
    }
}

#[test]
fn hosts_that_are_hosts() {
    let fine = [
        ("tacos.example", Some(None)),
        ("tacos.example:80", Some(Some(80))),
        ("tacos.example:", Some(None)),
        ("127.0.0.1:0", Some(Some(0))),
        ("[::1]", Some(None)),
        ("[v1.a:b]", Some(None)),
        ("[2001:db8::7]:8080", Some(Some(8080))),
        ("a_b!$&'()*+,;=~%2e", Some(None)),
        ("h:00080", Some(Some(80))),
    ];
    let bad = [
        "",
        ":80",
        "a b",
        "a/b",
        "a?b",
        "a#b",
        "u@h",
        "h:80:80",
        "h:+80",
        "h:65536",
        "h:8x",
        "[::1",
        "::1",
        "[::1]x",
        "[v.a]",
        "[v1a]",
        "[v1.]",
        "[vg.a]",
        "[g::]",
        "[]",
        "[127.0.0.1]",
        "a%2",
        "h\u{f1}",
        "a,b:1,2",
        "[::1%25eth0]",
        "http://h",
        "h\\a",
        "a\"b",
        "<h>",
    ];
    for (text, port) in fine.into_iter().chain(bad.map(|text| (text, None))) {
        let read = authority(text.as_bytes());
        assert_eq!(read.ok().map(|read| read.port), port, "{text}");
    }
}

#[test]
fn the_host_rule() {
    let wrong = |text: &str| {
        let mut parser = HeadParser::new();
        let Ok(Parsed::Done { value, .. }) = parser.request(text.as_bytes()) else {
            panic!("no head: {text}");
        };
        asked(&value).map(|asked| asked.authority.map(|it| it.host.to_vec()))
    };
    let a = Ok(Some(b"a".to_vec()));
    assert_eq!(wrong("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), a);
    assert_eq!(wrong("GET / HTTP/1.0\r\n\r\n"), Ok(None));
    assert_eq!(wrong("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"), a);
    assert_eq!(wrong("GET http://a/ HTTP/1.0\r\n\r\n"), a);
    let bad = [
        ("GET / HTTP/1.1\r\n\r\n", 4, Wrong::NoHost),
        ("GET http://a/ HTTP/1.1\r\n\r\n", 4, Wrong::NoHost),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n",
            25,
            Wrong::TwoHosts,
        ),
        (
            "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n",
            25,
            Wrong::TwoHosts,
        ),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 21, Wrong::EmptyHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 23, Wrong::BadHost),
        (
            "GET http://a/ HTTP/1.1\r\nHost: b@c\r\n\r\n",
            31,
            Wrong::Userinfo,
        ),
        ("GET /% HTTP/1.1\r\nHost: a\r\n\r\n", 5, Wrong::Percent),
    ];
    for (text, at, kind) in bad {
        assert_eq!(wrong(text), Err(Fault::new(at, kind)), "{text:?}");
    }
}

#[test]
fn a_path_from_a_stranger_becomes_names() {
    let fine: [(&str, &[&str], bool); 20] = [
        ("/", &[], true),
        ("", &[], true),
        ("/a", &["a"], false),
        ("/a/", &["a"], true),
        ("/a//b", &["a", "b"], false),
        ("//", &[], true),
        ("/a/./b", &["a", "b"], false),
        ("/a/.", &["a"], true),
        ("/a/..", &[], true),
        ("/..", &[], true),
        ("/../../etc/passwd", &["etc", "passwd"], false),
        ("/a/../../b", &["b"], false),
        ("/%2e%2e/secret", &["secret"], false),
        ("/%2E./secret", &["secret"], false),
        ("/%252e%252e/secret", &["%2e%2e", "secret"], false),
        ("/a%20b", &["a b"], false),
        ("/...", &["..."], false),
        ("/..a", &["..a"], false),
        ("/a+b", &["a+b"], false),
        ("/..\\..\\a", &["..\\..\\a"], false),
    ];
    for (path, expected, folder) in fine {
        let (found, is_folder) = names(path.as_bytes()).unwrap();
        let found: Vec<&str> = found
            .iter()
            .map(|n| std::str::from_utf8(n).unwrap())
            .collect();
        assert_eq!((found.as_slice(), is_folder), (expected, folder), "{path}");
    }
    let bad = [
        ("/a%00", BadPath::Nul),
        ("/a%2fb", BadPath::Slash),
        ("/..%2F", BadPath::Slash),
        ("/a%", BadPath::Percent),
        ("/a%g0", BadPath::Percent),
    ];
    for (path, expected) in bad {
        assert_eq!(names(path.as_bytes()), Err(expected), "{path}");
    }
    assert_eq!(names(b"/%ff").unwrap().0, [vec![0xff]]);
    assert_eq!(encode(b"a b/\xff~%"), "a%20b%2F%FF~%25");
}
