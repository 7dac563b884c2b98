//! curl and wget, where they are installed.

use std::fs;
use std::process::Command;

use crate::guest::{folder, server};
use crate::support::have;

#[test]
fn curl_resumes_and_asks_again() {
    if !have(&["curl"]) {
        return;
    }
    let root = folder("curl");
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect();
    fs::write(root.join("big.bin"), &bytes).unwrap();
    let server = server(&root, &["--quiet"]);
    let url = format!("http://{}/big.bin", server.addr);
    let half = root.join("../curl-half.bin");
    fs::write(&half, &bytes[..100_000]).unwrap();
    let curl = |options: &[&str]| {
        let done = Command::new("curl")
            .args(["-sS", "--max-time", "20", "-w", "%{http_code}"])
            .args(options)
            .arg(&url)
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let half_name = half.to_str().unwrap();
    assert_eq!(curl(&["-C", "-", "-o", half_name]), "206");
    assert_eq!(fs::read(&half).unwrap(), bytes);
    let tag = root.join("../curl-tag.txt");
    let tag = tag.to_str().unwrap();
    assert_eq!(curl(&["--etag-save", tag, "-o", half_name]), "200");
    assert_eq!(curl(&["--etag-compare", tag, "-o", half_name]), "304");
    // An upload that waits for 100 (Continue), which never comes.
    assert_eq!(
        curl(&[
            "-T",
            half_name,
            "-H",
            "Expect: 100-continue",
            "-o",
            half_name
        ]),
        "405"
    );
}

#[test]
fn wget_continues() {
    if !have(&["wget"]) {
        return;
    }
    let root = folder("wget");
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n * 7 % 251) as u8).collect();
    fs::write(root.join("big.bin"), &bytes).unwrap();
    let server = server(&root, &["--quiet"]);
    let down = root.join("../wget-down");
    fs::create_dir_all(&down).unwrap();
    fs::write(down.join("big.bin"), &bytes[..123_456]).unwrap();
    let done = Command::new("wget")
        .args(["-q", "-c", "--timeout=20", "--tries=1"])
        .arg(format!("http://{}/big.bin", server.addr))
        .current_dir(&down)
        .status()
        .unwrap();
    assert!(done.success());
    assert_eq!(fs::read(down.join("big.bin")).unwrap(), bytes);
}
