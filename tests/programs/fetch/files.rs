//! `-o`: a file is whole or not there; what broke off goes on, if it is the same version.

use std::fs;
use std::path::{Path, PathBuf};

use super::server::{AcceptedClient, Server, answer, complained, fetch, says, told};

const BODY: &str = "tacos, ten";

/// A folder of its own for one test, empty, gone with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("wirelab-fetch-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    /// The names in it.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("it is there");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

/// An answer that hangs up after the first `come` bytes of the body.
fn cut(fields: &str, come: usize) -> AcceptedClient {
    let length = BODY.len();
    answer(
        "200 OK",
        &format!("{fields}Content-Length: {length}\r\n"),
        &BODY[..come],
    )
}

fn rest(fields: &str, first: usize) -> AcceptedClient {
    let (last, length) = (BODY.len() - 1, BODY.len());
    let left = length - first;
    let fields = format!(
        "{fields}Content-Range: bytes {first}-{last}/{length}\r\nContent-Length: {left}\r\n"
    );
    answer("206 Partial Content", &fields, &BODY[first..])
}

/// Runs `fetch -o file url`; the exit code and what it said.
fn run(file: &str, url: &str) -> (i32, String) {
    let output = fetch(&["-o", file, url]);
    assert_eq!(output.stdout, b"");
    (output.status.code().unwrap_or(-1), told(&output))
}

#[test]
fn a_whole_body_replaces_the_file() {
    let folder = Folder::new("whole");
    let file = folder.file("menu");
    fs::write(&file, "yesterday's menu").expect("a file");
    let server = Server::new(vec![cut("ETag: \"a\"\r\n", BODY.len())]);
    let url = server.url("/");
    assert_eq!(
        run(&file, &url),
        (0, format!("{file}: 10 bytes from {url}\n"))
    );
    assert_eq!(text(&file), BODY);
    assert_eq!(folder.names(), ["menu"]);
}

#[test]
fn what_broke_off_goes_on() {
    let modified = "Last-Modified: Sun, 06 Nov 1994 08:49:36 GMT\r\n";
    let dated = &format!("{modified}Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    for (fields, validator) in [
        ("ETag: \"v1\"\r\n", "\"v1\""),
        (dated, "Sun, 06 Nov 1994 08:49:36 GMT"),
    ] {
        let folder = Folder::new("goes-on");
        let file = folder.file("menu");
        let server = Server::new(vec![cut(fields, 4), rest(fields, 4)]);
        let url = server.url("/");
        let (code, said) = run(&file, &url);
        assert_eq!(code, 18);
        assert!(said.contains("menu.part keeps 4 bytes"), "{said}");
        assert!(
            said.contains("closed the connection after 4 of 10 bytes of the body"),
            "{said}"
        );
        assert_eq!(folder.names(), ["menu.part", "menu.part-of"]);
        assert!(!server.asked().contains("Range"));

        let (code, said) = run(&file, &url);
        assert_eq!((code, text(&file).as_str()), (0, BODY), "{said}");
        assert!(
            said.contains("10 bytes from") && said.contains("the first 4 were there"),
            "{said}"
        );
        let asked = server.asked();
        let wanted = format!("\r\nRange: bytes=4-\r\nIf-Range: {validator}\r\n");
        assert!(asked.contains(&wanted), "{asked}");
        assert_eq!(folder.names(), ["menu"]);
    }
}

#[test]
fn another_version_is_taken_from_the_beginning() {
    let folder = Folder::new("changed");
    let file = folder.file("menu");
    let new = answer("200 OK", "ETag: \"v2\"\r\nContent-Length: 3\r\n", "new");
    let server = Server::new(vec![cut("ETag: \"v1\"\r\n", 4), new]);
    assert_eq!(run(&file, &server.url("/")).0, 18);
    assert_eq!(run(&file, &server.url("/")).0, 0);
    assert_eq!(text(&file), "new");
    assert_eq!(folder.names(), ["menu"]);
}

#[test]
fn a_rest_that_is_none_is_not_glued_to_the_part() {
    let strong = "ETag: \"v1\"\r\n";
    let outside = "Content-Range: bytes */3\r\nContent-Length: 0\r\n";
    let no_rests: [fn() -> AcceptedClient; 4] = [
        || rest("ETag: \"v1\"\r\n", 5),
        || rest("ETag: \"other\"\r\n", 4),
        || {
            answer(
                "206 Partial Content",
                "Content-Range: bytes 4-9/11\r\nContent-Length: 6\r\n",
                "xxxxxx",
            )
        },
        || answer("206 Partial Content", "Content-Length: 6\r\n", "xxxxxx"),
    ];
    let too_long = answer("416 Range Not Satisfiable", outside, "");
    let answers = no_rests.iter().map(|client| client()).chain([too_long]);
    for no_rest in answers {
        let folder = Folder::new("no-rest");
        let file = folder.file("menu");
        let server = Server::new(vec![cut(strong, 4), no_rest, cut(strong, 10)]);
        assert_eq!(run(&file, &server.url("/")).0, 18);
        let (code, said) = run(&file, &server.url("/"));
        assert_eq!((code, text(&file).as_str()), (0, BODY), "{said}");
        let requests = [server.asked(), server.asked(), server.asked()];
        let with_range = requests.map(|request| request.contains("\r\nRange: "));
        assert_eq!(with_range, [false, true, false]);
    }
}

#[test]
fn without_a_strong_validator_no_part_is_kept() {
    let modified = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let same_second = format!("{modified}Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    let packed = "ETag: \"a\"\r\nContent-Encoding: gzip\r\n".to_string();
    let weak = "ETag: W/\"a\"\r\n".to_string();
    for fields in [
        String::new(),
        weak,
        modified.to_string(),
        same_second,
        packed,
    ] {
        let folder = Folder::new("no-validator");
        let server = Server::new(vec![cut(&fields, 4)]);
        let (code, said) = run(&folder.file("menu"), &server.url("/"));
        assert_eq!(code, 18);
        assert!(!said.contains("keeps"), "{said}");
        assert_eq!(folder.names(), [""; 0], "{fields}");
    }
}

#[test]
fn a_part_is_for_the_url_that_it_came_from() {
    let strong = "ETag: \"v1\"\r\n";
    let moved = || answer("302 Found", "Location: /b\r\nContent-Length: 0\r\n", "");
    let folder = Folder::new("other-url");
    let file = folder.file("menu");
    let server = Server::new(vec![moved(), cut(strong, 4), moved(), rest(strong, 4)]);
    assert_eq!(run(&file, &server.url("/a")).0, 18);
    assert_eq!(run(&file, &server.url("/a")).0, 0);
    assert_eq!(text(&file), BODY);
    let requests = [
        server.asked(),
        server.asked(),
        server.asked(),
        server.asked(),
    ];
    // Only who gave the part is asked for the rest.
    let with_range = requests.map(|request| request.contains("\r\nRange: "));
    assert_eq!(with_range, [false, false, false, true]);

    let server = Server::new(vec![cut(strong, 4), cut(strong, 10)]);
    assert_eq!(run(&file, &server.url("/a")).0, 18);
    assert_eq!(run(&file, &server.url("/other")).0, 0);
    server.asked();
    assert!(!server.asked().contains("Range"));
}

/// As after a crash between the last byte and the new name.
#[test]
fn a_part_that_is_whole_asks_for_its_last_byte_again() {
    let folder = Folder::new("all-there");
    let file = folder.file("menu");
    let server = Server::new(vec![
        cut("ETag: \"v1\"\r\n", 4),
        rest("ETag: \"v1\"\r\n", 9),
    ]);
    assert_eq!(run(&file, &server.url("/")).0, 18);
    fs::write(format!("{file}.part"), BODY).expect("the part");
    assert_eq!(run(&file, &server.url("/")).0, 0);
    assert_eq!(text(&file), BODY);
    server.asked();
    assert!(server.asked().contains("\r\nRange: bytes=9-\r\n"));
}

#[test]
fn a_rest_may_come_in_several_parts() {
    let strong = "ETag: \"v1\"\r\n";
    let middle = format!("{strong}Content-Range: bytes 4-6/10\r\nContent-Length: 3\r\n");
    let middle = answer("206 Partial Content", &middle, &BODY[4..7]);
    let folder = Folder::new("middle");
    let file = folder.file("menu");
    let server = Server::new(vec![cut(strong, 4), middle, rest(strong, 7)]);
    assert_eq!(run(&file, &server.url("/")).0, 18);
    let (code, said) = run(&file, &server.url("/"));
    assert!(said.contains("sent less than the whole"), "{said}");
    assert_eq!(code, 1);
    assert_eq!(run(&file, &server.url("/")).0, 0);
    assert_eq!(text(&file), BODY);
}

#[test]
fn an_answer_that_is_no_success_leaves_file_and_part_alone() {
    let folder = Folder::new("failed");
    let file = folder.file("menu");
    fs::write(&file, "yesterday's menu").expect("a file");
    let busy = answer("503 Service Unavailable", "Content-Length: 4\r\n", "busy");
    let server = Server::new(vec![cut("ETag: \"v1\"\r\n", 4), busy, says("nonsense")]);
    for _ in 0..3 {
        assert_ne!(run(&file, &server.url("/")).0, 0);
        assert_eq!(text(&file), "yesterday's menu");
        assert_eq!(text(&format!("{file}.part")), BODY[..4]);
    }
}

#[test]
fn places_where_no_file_can_be_are_wrong_use() {
    let folder = Folder::new("places");
    let said = complained(&["-o", &folder.file(""), "http://127.0.0.1:1/"], 2);
    assert!(said.ends_with("is a folder; name a file in it"), "{said}");
    let said = complained(&["-o", &folder.file("no/menu"), "http://127.0.0.1:1/"], 2);
    assert!(
        said.ends_with("there is no such folder; create it first"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_devices_devices() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new("links");
    let (file, link) = (folder.file("menu"), folder.file("link"));
    fs::write(&file, "yesterday's menu").expect("a file");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    let server = Server::new(vec![cut("", 10), cut("", 10)]);
    assert_eq!(run(&link, &server.url("/")).0, 0);
    assert_eq!(text(&file), BODY);
    assert!(Path::new(&link).is_symlink());
    assert_eq!(run("/dev/null", &server.url("/")).0, 0);
    let device = fs::metadata("/dev/null").expect("it is there");
    assert!(device.file_type().is_char_device());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let server = Server::new(vec![cut("", 10)]);
    let (code, said) = run("/dev/full", &server.url("/"));
    assert_eq!(code, 23);
    assert!(
        said.contains("the body could not be written: No space left"),
        "{said}"
    );
}

/// As curl has it: 23 wherever the file cannot be written, also before its first byte.
#[test]
fn a_part_that_cannot_be_opened_is_a_write_error() {
    let folder = Folder::new("no-part");
    let file = folder.file("menu");
    fs::create_dir(format!("{file}.part")).expect("a folder in the way");
    let server = Server::new(vec![cut("", BODY.len())]);
    let (code, said) = run(&file, &server.url("/"));
    assert_eq!(code, 23, "{said}");
    assert!(said.contains(".part: cannot be written: "), "{said}");
}

/// The longest file that a command reads into memory is 256 MiB; curl reads until memory ends.
#[cfg(target_os = "linux")]
#[test]
fn an_endless_file_of_data_is_refused() {
    for data in ["-d", "--data-binary"] {
        let output = fetch(&[data, "@/dev/zero", "http://127.0.0.1:9/"]);
        assert_eq!(output.status.code(), Some(2));
        let said = told(&output);
        assert!(said.contains("@/dev/zero: longer than 256 MiB"), "{said}");
    }
}
