//! Lab 7 brings any file of its folder, every byte of it, and nothing from outside the folder.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Server, bin};

const PNG: &[u8] = include_bytes!("../../labs/07-bring-me-that-file/files/taco.png");

/// A folder with a picture, a file of 10 MB, an empty one, and what must not get out.
fn town(name: &str) -> PathBuf {
    let town = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&town);
    let files = town.join("files");
    fs::create_dir_all(files.join("folder")).expect("a folder");
    fs::write(town.join("secret.txt"), "outside\n").expect("a file outside");
    fs::write(files.join("folder/inner.txt"), "inside, but deeper\n").expect("a file");
    fs::write(files.join(".hidden"), "begins with a dot\n").expect("a file");
    fs::write(files.join("taco.png"), PNG).expect("a picture");
    fs::write(files.join("empty.bin"), b"").expect("a file");
    fs::write(files.join("large.bin"), ten_megabytes()).expect("a file");
    files
}

/// Every byte value in every neighbourhood: a xorshift generator with a fixed start.
fn ten_megabytes() -> Vec<u8> {
    let mut state = 0x7ac0_7ac0_7ac0_7ac0_u64;
    let mut bytes = Vec::with_capacity(10_000_000);
    while bytes.len() < 10_000_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

fn serve(files: &Path) -> Server {
    let mut command = Command::new(bin("lab07-server"));
    Server::start_with(command.arg("127.0.0.1:0").env("WIRELAB_ROOT", files))
}

/// Sends these bytes as they are; all that comes back.
fn ask(addr: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).expect("the server listens");
    stream.write_all(request).expect("the request can be sent");
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .expect("the answer ends cleanly");
    answer
}

#[test]
fn lab07_every_byte_of_a_picture_and_of_ten_megabytes_arrives_through_the_client() {
    let files = town("lab07-bytes");
    let server = serve(&files);
    for (name, expected) in [("taco.png", PNG.to_vec()), ("large.bin", ten_megabytes())] {
        let output = Command::new(bin("lab07-client"))
            .args([server.addr.to_string(), format!("/{name}")])
            .stdin(Stdio::null())
            .output()
            .expect("the client starts");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {complaint}");
        assert_eq!(output.stdout.len(), expected.len(), "{name}");
        if output.stdout != expected {
            let mut pairs = output.stdout.iter().zip(&expected);
            let wrong = pairs.position(|(got, wanted)| got != wanted);
            panic!("{name}: byte {wrong:?} is the first wrong one");
        }
    }
    assert_eq!(ask(server.addr, b"GET /empty.bin\r\n"), b"");
}

#[test]
fn lab07_a_later_request_line_is_understood_and_its_further_words_are_ignored() {
    let files = town("lab07-words");
    let server = serve(&files);
    assert_eq!(ask(server.addr, b"GET /taco.png\n"), PNG);
    assert_eq!(
        ask(server.addr, b"GET /taco.png HTTP/1.0\r\nHost: x\r\n\r\n"),
        PNG
    );
}

#[test]
fn lab07_no_path_leads_out_of_the_folder() {
    let files = town("lab07-outside");
    let server = serve(&files);
    let paths: [&[u8]; 16] = [
        b"/../secret.txt",
        b"/..",
        b"/.",
        b"/",
        b"",
        b"//secret.txt",
        b"/.hidden",
        b"/folder",
        b"/folder/inner.txt",
        b"/%2e%2e/secret.txt",
        b"/..%2fsecret.txt",
        b"/..\\secret.txt",
        b"secret.txt",
        b"/taco.png/",
        b"/taco.png\0.txt",
        b"/\xff\xfe",
    ];
    for path in paths {
        let request = [b"GET ", path, b"\r\n"].concat();
        let answer = ask(server.addr, &request);
        assert_eq!(
            answer.escape_ascii().to_string(),
            "no such file here\\n",
            "{}",
            path.escape_ascii()
        );
    }
    for request in ["get /taco.png\r\n", "PUT /taco.png\r\n", "\r\n", "GET\r\n"] {
        assert_eq!(
            ask(server.addr, request.as_bytes()),
            b"no such file here\n",
            "{request:?}"
        );
    }
}

#[test]
fn lab07_a_folder_that_is_not_there_is_named_before_anything_else_happens() {
    let output = Command::new(bin("lab07-server"))
        .arg("127.0.0.1:0")
        .env("WIRELAB_ROOT", "no/such/folder")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.starts_with("lab07-server: no folder no/such/folder"),
        "{said}"
    );
}
