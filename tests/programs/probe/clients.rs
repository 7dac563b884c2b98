//! The probe for clients: ours passes, a careless one is told each of its mistakes.

use super::command;
use crate::support::{bin, have};

#[test]
fn our_client_passes_all_cases() {
    let client = format!("'{}' fetch {{url}}", bin("wirelab").display());
    let (code, text, error) = command(&["--client", &client, "--brief"]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(
        !text.lines().any(|line| line.starts_with("FAIL")),
        "{text}{error}"
    );
    assert!(text.contains("passed: MUST 11"), "{text}{error}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

/// A client that prints what comes behind the head, whatever it is, and asks where it is sent.
const CARELESS: &str = r#"
import socket, sys, urllib.parse
url = sys.argv[1]
for _ in range(70):
    parts = urllib.parse.urlsplit(url)
    s = socket.create_connection((parts.hostname, parts.port), timeout=4)
    s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: secret\r\n\r\n' % (url.split('/', 3)[3] and '/' + url.split('/', 3)[3] or '/', parts.netloc)).encode())
    got = b''
    try:
        while len(got) < 3000000:
            b = s.recv(65536)
            if not b: break
            got += b
            head, _, body = got.partition(b'\r\n\r\n')
            if b'Length: 12\r\n' in head + b'\r\n' and len(body) >= 12: break
            if b'Length: 0' in head: break
    except OSError: pass
    head, _, body = got.partition(b'\r\n\r\n')
    if not head: sys.exit(1)
    to = [l.split(b': ', 1)[1] for l in head.split(b'\r\n') if l.startswith(b'Location: ')]
    if not to: break
    url = urllib.parse.urljoin(url, to[0].decode('latin-1'))
    if url.startswith('file:'):
        body = open(url[7:], 'rb').read()
        break
sys.stdout.buffer.write(body)
"#;

#[test]
fn a_careless_client_is_told_its_mistakes() {
    if !have(&["python3"]) {
        return;
    }
    let folder = super::site("careless-client");
    let script = folder.join("client.py");
    std::fs::write(&script, CARELESS).unwrap();
    let client = format!("python3 {} {{url}}", script.display());
    for (case, part) in [
        ("length-short-by-most", "exit status 0, printed `t`"),
        ("chunks", "exit status 0, printed `5\\r\\nthree"),
        ("bad-length-letters", "exit status 0, printed `three tacos`"),
        ("url-fragment", "asked for /next#top"),
        ("redirect-to-a-file", "its output has `root:`"),
        (
            "redirect-other-host-authorization",
            "it sent Authorization: secret",
        ),
    ] {
        let (code, text, error) = command(&["--client", &client, "--case", case]);
        assert_eq!(code, Some(1), "{case}: {text}{error}");
        assert!(text.contains(part), "{case}: {text}");
    }
    for case in [
        "length",
        "length-open",
        "redirect-relative",
        "slow-head",
        "url-host",
    ] {
        let (code, text, error) = command(&["--client", &client, "--case", case]);
        assert_eq!(code, Some(0), "{case}: {text}{error}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// As wget does by default: it would need minutes for each case in which no response comes.
#[test]
fn a_client_that_tries_again_for_ever_is_told_to_try_once() {
    if !have(&["sh", "curl"]) {
        return;
    }
    let client = "sh -c 'until curl -sf \"$0\"; do sleep 1; done' {url}";
    let (code, _, error) = command(&["--client", client]);
    assert_eq!(code, Some(3), "{error}");
    assert!(
        error.contains("in the control case `fails`") && error.contains("try once"),
        "{error}"
    );
}

#[test]
fn a_client_that_cannot_be_judged_is_told_so() {
    if !have(&["true", "curl"]) {
        return;
    }
    for (client, code, part) in [
        (
            "true {url}",
            3,
            "did not send a request to the URL that it got",
        ),
        (
            "curl -s -o /dev/null {url}",
            3,
            "does not print an ordinary page and exit with 0",
        ),
        ("curl -s", 2, "has {url}"),
        ("no-such-client {url}", 3, "no-such-client"),
    ] {
        let (got, _, error) = command(&["--client", client]);
        assert_eq!(got, Some(code), "{client}: {error}");
        assert!(error.contains(part), "{client}: {error}");
    }
    // What is right by chance is not judged: this client prints the page without asking for it.
    let (code, _, error) = command(&["--client", "echo three tacos # {url}"]);
    assert_eq!(code, Some(3), "{error}");
    assert!(error.contains("did not send a request"), "{error}");
    let (code, _, error) = command(&["--client", "curl {url}", "--case", "chnks"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("did you mean chunks?"), "{error}");
    // What a client saves counts as what it prints.
    let saves = "curl -sS -o {out} {url}";
    let (code, text, error) = command(&["--client", saves, "--case", "chunks-trailer"]);
    assert_eq!(code, Some(0), "{text}{error}");
    assert!(text.contains("it follows no redirect"), "{text}");
}

#[test]
fn cases_for_clients_are_listed_and_explained() {
    let (code, list, _) = command(&["--client", "x", "--list"]);
    assert_eq!(code, Some(0));
    assert!(list.lines().count() >= 150, "{list}");
    let (code, text, _) = command(&["--explain", "redirect-to-a-file"]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("(for clients)") && text.contains("file:///etc/passwd"),
        "{text}"
    );
}
