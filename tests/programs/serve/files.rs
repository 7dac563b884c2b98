//! What is found, and what is not.

use std::fs;
use std::time::{Duration, Instant};

use super::client::{ask, folder, server};
use crate::support::{have, soon};

#[test]
fn paths_and_what_they_lead_to() {
    let root = folder("paths");
    fs::write(root.join(".secret"), "no").unwrap();
    fs::write(root.join("../outside.txt"), "no").unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join(".git/config"), "no").unwrap();
    let server = server(&root, &["--quiet"]);
    let long = format!("/{}", "a".repeat(300));
    let cases = [
        ("/tacos.txt", 200),
        ("http://other.example/tacos.txt", 200),
        ("/tacos.txt?day=monday", 200),
        ("/./menu/../tacos.txt", 200),
        ("/%74acos.txt", 200),
        ("//tacos.txt", 200),
        ("/plain/a%20b.txt", 200),
        ("/menu/", 200),
        ("/plain/", 200),
        ("/", 200),
        ("/menu", 301),
        ("/tacos.txt/", 404),
        ("/tacos.txt/x", 404),
        ("/Tacos.txt", 404),
        ("/tacos", 404),
        ("/plain/a+b.txt", 404),
        ("/../outside.txt", 404),
        ("/menu/../../outside.txt", 404),
        ("/%2e%2e/outside.txt", 404),
        ("/%2E%2e%2foutside.txt", 404),
        ("/..%5coutside.txt", 404),
        ("/%252e%252e/outside.txt", 404),
        ("/%c0%ae%c0%ae/outside.txt", 404),
        ("/menu%2findex.html", 404),
        ("/tacos.txt%00", 400),
        ("/tacos.txt%00.png", 400),
        ("/tacos.txt%", 400),
        ("/.secret", 404),
        ("/%2esecret", 404),
        ("/.git/config", 404),
        (&long, 404),
    ];
    for (target, status) in cases {
        let answer = ask(server.addr, "GET", target, "");
        assert_eq!(answer.status, status, "{target}: {answer:?}");
        assert_ne!(answer.content, b"no", "{target}");
    }
    assert_eq!(
        ask(server.addr, "GET", "/tacos.txt", "").content,
        b"three tacos\n"
    );
}

#[test]
fn a_folder_is_at_home_at_its_slash() {
    let root = folder("slash");
    let server = server(&root, &["--quiet"]);
    for (target, location) in [
        ("/menu", "/menu/"),
        ("/menu?a=b", "/menu/?a=b"),
        // Were the path copied as it is, this would lead to another host.
        ("//menu", "/menu/"),
        ("/plain/../menu", "/menu/"),
    ] {
        let answer = ask(server.addr, "GET", target, "");
        assert_eq!(answer.status, 301);
        assert_eq!(answer.field("location"), Some(location), "{target}");
    }
}

#[test]
fn dotfiles_and_listings_are_a_matter_of_choice() {
    let root = folder("choice");
    fs::write(root.join(".profile"), "yes").unwrap();
    let open = server(&root, &["--quiet", "--dotfiles"]);
    assert_eq!(ask(open.addr, "GET", "/.profile", "").status, 200);
    assert!(ask(open.addr, "GET", "/", "").text().contains(".profile"));
    let closed = server(&root, &["--quiet", "--no-listing"]);
    assert_eq!(ask(closed.addr, "GET", "/plain/", "").status, 404);
    assert_eq!(ask(closed.addr, "GET", "/menu/", "").status, 200);
}

#[test]
fn a_listing_is_safe_whatever_the_names_are() {
    let root = folder("listing");
    fs::write(root.join("plain/<script>alert(1)"), "").unwrap();
    fs::write(root.join("plain/a&\"'.txt"), "").unwrap();
    fs::write(root.join("plain/.hidden"), "").unwrap();
    fs::create_dir(root.join("plain/zoo")).unwrap();
    let server = server(&root, &["--quiet"]);
    let answer = ask(server.addr, "GET", "/plain/", "");
    assert_eq!(
        answer.field("content-type"),
        Some("text/html; charset=utf-8")
    );
    let page = answer.text();
    assert!(!page.contains("<script>"), "{page}");
    let link = "<a href=\"%3Cscript%3Ealert%281%29\">&lt;script&gt;alert(1)</a>";
    assert!(page.contains(link), "{page}");
    assert!(page.contains("a&amp;&quot;&#39;.txt"), "{page}");
    assert!(page.contains("<a href=\"a%20b.txt\">a b.txt</a>"), "{page}");
    assert!(!page.contains("hidden"), "{page}");
    let place = |text| page.find(text).unwrap();
    assert!(
        place("zoo/") < place("a b.txt"),
        "folders come first: {page}"
    );
}

#[test]
fn a_listing_is_there_and_has_no_tag() {
    let root = folder("tagless");
    let server = server(&root, &["--quiet"]);
    for (fields, status) in [
        ("If-None-Match: *\r\n", 304),
        ("If-None-Match: \"a\"\r\n", 200),
        ("If-Match: *\r\n", 200),
        ("If-Match: \"a\"\r\n", 412),
        ("If-Modified-Since: Fri, 01 Jan 2038 00:00:00 GMT\r\n", 200),
    ] {
        let answer = ask(server.addr, "GET", "/plain/", fields);
        assert_eq!(answer.status, status, "{fields}");
    }
    assert_eq!(
        ask(server.addr, "GET", "/no/", "If-Match: \"a\"\r\n").status,
        404
    );
}

#[cfg(unix)]
#[test]
fn links_pipes_and_names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let root = folder("odd");
    fs::write(root.join("../odd-outside.txt"), "no").unwrap();
    symlink("tacos.txt", root.join("inside")).unwrap();
    symlink("../odd-outside.txt", root.join("outside")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink("round", root.join("round")).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    fs::write(root.join(OsStr::from_bytes(b"\xff.txt")), "bytes").unwrap();
    if have(&["mkfifo"]) {
        let mkfifo = std::process::Command::new("mkfifo")
            .arg(root.join("pipe"))
            .status();
        assert!(mkfifo.is_ok_and(|status| status.success()));
    }
    let server = server(&root, &["--quiet"]);
    for (target, status) in [
        ("/inside", 200),
        ("/outside", 404),
        ("/up/odd-outside.txt", 404),
        ("/up/", 404),
        ("/round", 404),
        ("/pipe", 404),
        ("/socket", 404),
        ("/%ff.txt", 200),
    ] {
        assert_eq!(
            ask(server.addr, "GET", target, "").status,
            status,
            "{target}"
        );
    }
    let page = ask(server.addr, "GET", "/", "");
    for (name, shown) in [
        ("inside", true),
        ("%FF.txt", true),
        ("outside", false),
        ("pipe", false),
        ("socket", false),
    ] {
        assert_eq!(
            page.text().contains(&format!("\"{name}\"")),
            shown,
            "{name}"
        );
    }
    // A link that is turned to somewhere else is seen at once.
    fs::remove_file(root.join("inside")).unwrap();
    symlink("../odd-outside.txt", root.join("inside")).unwrap();
    assert_eq!(ask(server.addr, "GET", "/inside", "").status, 404);
}

#[test]
fn what_changes_is_seen_at_the_next_request() {
    let root = folder("changes");
    let server = server(&root, &["--quiet"]);
    let first = ask(server.addr, "GET", "/tacos.txt", "");
    fs::write(root.join("tacos.txt"), "four tacos!\n").unwrap();
    let second = ask(server.addr, "GET", "/tacos.txt", "");
    assert_eq!(second.content, b"four tacos!\n");
    assert_ne!(first.field("etag"), second.field("etag"));
    fs::rename(root.join("plain/a b.txt"), root.join("tacos.txt")).unwrap();
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").content, b"a\n");
    fs::remove_file(root.join("tacos.txt")).unwrap();
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").status, 404);
    fs::create_dir(root.join("tacos.txt")).unwrap();
    assert_eq!(ask(server.addr, "GET", "/tacos.txt", "").status, 301);
}

/// Only the path shows this, and it is looked at once a second.
#[test]
fn another_folder_in_the_place_of_one_is_seen_within_moments() {
    let root = folder("exchange");
    let server = server(&root, &["--quiet"]);
    for (name, text) in [("site", "old\n"), ("next", "new\n")] {
        fs::create_dir(root.join(name)).unwrap();
        fs::write(root.join(name).join("page.txt"), text).unwrap();
    }
    let page = || ask(server.addr, "GET", "/site/page.txt", "").content;
    assert_eq!(page(), b"old\n");
    fs::rename(root.join("site"), root.join("before")).unwrap();
    fs::rename(root.join("next"), root.join("site")).unwrap();
    let begun = Instant::now();
    assert!(soon(|| page() == b"new\n"), "the new folder is not seen");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn methods() {
    let root = folder("methods");
    let server = server(&root, &["--quiet"]);
    for (method, target, status, allow) in [
        ("POST", "/tacos.txt", 405, true),
        ("PUT", "/new", 405, true),
        ("DELETE", "/tacos.txt", 405, true),
        ("TRACE", "/", 405, true),
        ("PATCH", "/", 405, true),
        ("OPTIONS", "*", 204, true),
        ("OPTIONS", "/tacos.txt", 204, true),
        ("CONNECT", "a:443", 501, false),
        ("get", "/", 501, false),
        ("BREW", "/", 501, false),
    ] {
        let answer = ask(server.addr, method, target, "");
        assert_eq!(answer.status, status, "{method}");
        let expected = allow.then_some("GET, HEAD, OPTIONS");
        assert_eq!(answer.field("allow"), expected, "{method}");
    }
    for target in ["/tacos.txt", "/menu/", "/plain/", "/nothing", "/menu"] {
        let get = ask(server.addr, "GET", target, "");
        let head = ask(server.addr, "HEAD", target, "");
        assert_eq!(head.head, get.head, "{target}");
        assert_eq!(head.content, b"", "{target}");
        let length = get.content.len().to_string();
        assert_eq!(get.field("content-length"), Some(length.as_str()));
        assert_eq!(get.field("date"), Some("Sun, 17 Mar 2030 17:46:40 GMT"));
    }
}

#[test]
fn not_again_and_only_a_bite() {
    let root = folder("bite");
    let server = server(&root, &["--quiet"]);
    let get = |fields: &str| ask(server.addr, "GET", "/tacos.txt", fields);
    let whole = get("");
    let tag = whole.field("etag").unwrap().to_string();
    let date = whole.field("last-modified").unwrap().to_string();
    assert_eq!(whole.field("accept-ranges"), Some("bytes"));

    let unchanged = get(&format!("If-None-Match: {tag}\r\n"));
    assert_eq!((unchanged.status, unchanged.content.len()), (304, 0));
    assert_eq!(unchanged.field("etag"), Some(tag.as_str()));
    assert_eq!(unchanged.field("content-length"), None);
    assert_eq!(get(&format!("If-Modified-Since: {date}\r\n")).status, 304);
    assert_eq!(get("If-None-Match: \"other\"\r\n").status, 200);
    assert_eq!(get("If-Match: \"other\"\r\n").status, 412);
    let older = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(
        get(&format!("If-Unmodified-Since: {older}\r\n")).status,
        412
    );

    let bite = get("Range: bytes=6-10\r\n");
    assert_eq!((bite.status, bite.text()), (206, "tacos"));
    assert_eq!(bite.field("content-range"), Some("bytes 6-10/12"));
    let tail = get("Range: bytes=-6\r\n");
    assert_eq!((tail.status, tail.text()), (206, "tacos\n"));
    let outside = get("Range: bytes=12-\r\n");
    assert_eq!(outside.status, 416);
    assert_eq!(outside.field("content-range"), Some("bytes */12"));
    assert_eq!(
        get("Range: bytes=6-10\r\nIf-Range: \"other\"\r\n").status,
        200
    );
    assert_eq!(
        get(&format!("Range: bytes=6-10\r\nIf-Range: {tag}\r\n")).status,
        206
    );
    assert_eq!(
        get(&format!("Range: bytes=6-10\r\nIf-None-Match: {tag}\r\n")).status,
        304
    );
    let head = ask(server.addr, "HEAD", "/tacos.txt", "Range: bytes=6-10\r\n");
    assert_eq!(head.status, 200, "only GET has ranges");

    let two = get("Range: bytes=0-4,6-10\r\n");
    assert_eq!(two.status, 206);
    let media = two.field("content-type").unwrap();
    let boundary = media
        .strip_prefix("multipart/byteranges; boundary=")
        .unwrap();
    let part = |range: &str, text: &str| {
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes {range}/12\r\n\r\n{text}"
        )
    };
    let expected =
        part("0-4", "three") + &part("6-10", "tacos") + &format!("\r\n--{boundary}--\r\n");
    assert_eq!(two.text(), expected);
}

#[test]
fn compressed_neighbours_go_to_those_who_take_them() {
    let root = folder("compressed");
    fs::write(root.join("tacos.txt.gz"), "gz").unwrap();
    fs::write(root.join("tacos.txt.br"), "br").unwrap();
    let server = server(&root, &["--quiet"]);
    for (accept, coding, content) in [
        ("", None, "three tacos\n"),
        ("Accept-Encoding: gzip, deflate, br\r\n", Some("br"), "br"),
        ("Accept-Encoding: gzip\r\n", Some("gzip"), "gz"),
        (
            "Accept-Encoding: GZip;q=0.9, br;q=0.1\r\n",
            Some("gzip"),
            "gz",
        ),
        (
            "Accept-Encoding: gzip;q=0, br;q=0.0\r\n",
            None,
            "three tacos\n",
        ),
        ("Accept-Encoding: *\r\n", Some("br"), "br"),
        ("Accept-Encoding: identity\r\n", None, "three tacos\n"),
        ("Accept-Encoding: x-gzip, identity\r\n", Some("gzip"), "gz"),
        (
            "Accept-Encoding: br;q=0.5, identity;q=0.8, gzip;q=0.3\r\n",
            None,
            "three tacos\n",
        ),
        ("Accept-Encoding: br;q=0, *\r\n", Some("gzip"), "gz"),
        (
            "Accept-Encoding: gzip;q=nonsense\r\n",
            None,
            "three tacos\n",
        ),
    ] {
        let answer = ask(server.addr, "GET", "/tacos.txt", accept);
        assert_eq!(answer.field("content-encoding"), coding, "{accept}");
        assert_eq!(answer.text(), content, "{accept}");
        assert_eq!(answer.field("vary"), Some("Accept-Encoding"));
        assert_eq!(
            answer.field("content-type"),
            Some("text/plain; charset=utf-8")
        );
    }
    assert_eq!(
        ask(server.addr, "GET", "/plain/a%20b.txt", "").field("vary"),
        None
    );
}
