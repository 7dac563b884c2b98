//! An answer is the state of one file below the root at one moment, whatever happens to the file.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Answer, TestClient, ask, folder, server};
use crate::support::soon;

/// Rewrites a file in place, with as many of this byte as it has now.
fn rewrite(path: &Path, byte: u8) {
    let length = fs::metadata(path).unwrap().len() as usize;
    let mut file = File::options().write(true).open(path).unwrap();
    file.write_all(&vec![byte; length]).unwrap();
}

#[test]
fn an_answer_is_whole_and_of_one_state_or_it_breaks_off() {
    let root = folder("in-place");
    let server = server(&root, &["--quiet"]);
    // Larger and smaller than what the system holds between server and client.
    for length in [20_000_000, 3_000_000, 400_000, 40_000] {
        let path = root.join("big.bin");
        fs::write(&path, vec![b'Q'; length]).unwrap();
        for range in ["", "Range: bytes=10-\r\n", "Range: bytes=0-9,1000-\r\n"] {
            rewrite(&path, b'Q');
            let mut client = TestClient::call(server.addr);
            let get =
                format!("GET /big.bin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{range}\r\n");
            let mut heard = client.say(get.as_bytes()).hear(750);
            rewrite(&path, b'Z');
            let end = client.stream().read_to_end(&mut heard);
            let answer = Answer::read(&heard);
            let whole = end.is_ok()
                && answer.field("content-length")
                    == Some(answer.content.len().to_string().as_str());
            let new = answer.content.contains(&b'Z');
            assert!(
                !whole || !new,
                "{length} bytes, {range:?}: old and new in one answer"
            );
        }
    }
}

#[test]
fn other_bytes_have_another_tag_whatever_their_time_says() {
    let root = folder("set-back");
    let path = root.join("tacos.txt");
    let server = server(&root, &["--quiet"]);
    let first = ask(server.addr, "GET", "/tacos.txt", "");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "other tacos\n").unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
    let tag = first.field("etag").unwrap();
    let second = ask(
        server.addr,
        "GET",
        "/tacos.txt",
        &format!("If-None-Match: {tag}\r\n"),
    );
    assert_eq!((second.status, second.text()), (200, "other tacos\n"));
    assert_eq!(first.field("last-modified"), second.field("last-modified"));
}

#[test]
fn a_compressed_neighbour_that_is_older_than_its_file_is_not_used() {
    let root = folder("stale");
    let neighbour = root.join("tacos.txt.gz");
    fs::write(&neighbour, "old").unwrap();
    let server = server(&root, &["--quiet"]);
    let get = || {
        ask(
            server.addr,
            "GET",
            "/tacos.txt",
            "Accept-Encoding: gzip\r\n",
        )
    };
    assert_eq!(get().text(), "old", "the neighbour was made after its file");
    let an_hour_ago = fs::metadata(root.join("tacos.txt"))
        .unwrap()
        .modified()
        .unwrap()
        - Duration::from_secs(3_600);
    let file = File::options().write(true).open(&neighbour).unwrap();
    file.set_modified(an_hour_ago).unwrap();
    let answer = get();
    assert_eq!(
        (answer.field("content-encoding"), answer.text()),
        (None, "three tacos\n")
    );
}

/// Files of the kernel have the length 0, and bytes all the same.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_length_is_wrong_is_sent_to_its_end_and_nothing_is_promised() {
    let server = server(Path::new("/proc/sys/kernel"), &["--quiet"]);
    let answer = ask(server.addr, "GET", "/ostype", "");
    assert_eq!((answer.status, answer.text()), (200, "Linux\n"));
    assert_eq!(answer.field("etag"), None);
    let range = ask(server.addr, "GET", "/ostype", "Range: bytes=0-1\r\n");
    assert_eq!((range.status, range.text()), (200, "Linux\n"));
}

#[test]
fn a_crowd_gets_no_bytes_that_are_older_than_ten_milliseconds() {
    let root = folder("crowd");
    let path = root.join("tacos.txt");
    let server = server(&root, &["--quiet"]);
    let get = b"GET /tacos.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut client = TestClient::call(server.addr);
    for round in 0..20 {
        let text = format!("{round} tacos\n");
        // Asked so often that the file is believed.
        for _ in 0..100 {
            client.say(get).hear_answer();
        }
        fs::write(&path, &text).unwrap();
        let written = Instant::now();
        loop {
            let asked = written.elapsed();
            let answer = client.say(get).hear_answer();
            if asked > Duration::from_millis(10) {
                assert_eq!(answer.text(), text, "asked {asked:?} after the change");
                break;
            }
        }
    }
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_in_the_place_of_a_folder_never_leads_out() {
        let root = folder("race");
        let outside = root.parent().unwrap().join("race-outside");
        let _ = fs::remove_dir_all(&outside);
        for (folder, text) in [(&outside, "out"), (&root.join("d"), "in")] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("a.txt"), text).unwrap();
            fs::write(folder.join(text), text).unwrap();
        }
        let server = server(&root, &["--quiet"]);
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    fs::rename(root.join("d"), root.join("real")).unwrap();
                    symlink(&outside, root.join("d")).unwrap();
                    fs::remove_file(root.join("d")).unwrap();
                    fs::rename(root.join("real"), root.join("d")).unwrap();
                }
            });
            let mut client = TestClient::call(server.addr);
            let (mut inside, mut asked) = (0, 0);
            let begun = Instant::now();
            // Which of the two threads has a processor is chance: until the file was there for once.
            while asked < 3_000 || (inside == 0 && begun.elapsed() < Duration::from_secs(120)) {
                asked += 1;
                let file = client
                    .say(b"GET /d/a.txt HTTP/1.1\r\nHost: a\r\n\r\n")
                    .hear_answer();
                let list = client
                    .say(b"GET /d/ HTTP/1.1\r\nHost: a\r\n\r\n")
                    .hear_answer();
                if file.text() == "out" || list.text().contains("\"out\"") {
                    over.store(true, Ordering::Relaxed);
                    panic!("{file:?} {list:?}");
                }
                inside += usize::from(file.text() == "in");
            }
            over.store(true, Ordering::Relaxed);
            assert!(inside > 0, "the file was never found");
        });
    }

    #[test]
    fn a_link_to_a_hidden_folder_is_hidden() {
        let root = folder("hidden-by-link");
        fs::create_dir_all(root.join(".git/deep")).unwrap();
        fs::write(root.join(".git/deep/config"), "no").unwrap();
        fs::write(root.join(".secret"), "no").unwrap();
        symlink(".git", root.join("g")).unwrap();
        symlink(".git/deep", root.join("plain/d")).unwrap();
        symlink("../.git/deep", root.join("plain/e")).unwrap();
        symlink(".secret", root.join("s")).unwrap();
        let targets = ["/g/deep/config", "/g/", "/plain/e/config", "/s"];
        let closed = server(&root, &["--quiet"]);
        for target in targets {
            assert_eq!(ask(closed.addr, "GET", target, "").status, 404, "{target}");
        }
        let page = ask(closed.addr, "GET", "/", "");
        assert!(!page.text().contains("\"g/\""), "{page:?}");
        assert!(!page.text().contains("\"s\""), "{page:?}");
        let open = server(&root, &["--quiet", "--dotfiles"]);
        for target in targets {
            assert_eq!(ask(open.addr, "GET", target, "").status, 200, "{target}");
        }
    }

    #[test]
    fn a_root_that_is_a_link_can_be_turned_to_another_folder() {
        let root = folder("deployed");
        for (folder, text) in [("one", "1"), ("two", "2")] {
            fs::create_dir_all(root.join(folder)).unwrap();
            fs::write(root.join(folder).join("page.txt"), text).unwrap();
        }
        let current = root.join("current");
        symlink("one", &current).unwrap();
        let server = server(&current, &["--quiet"]);
        let page = || ask(server.addr, "GET", "/page.txt", "").content;
        assert_eq!(page(), b"1");
        symlink("two", root.join("next")).unwrap();
        fs::rename(root.join("next"), &current).unwrap();
        assert!(soon(|| page() == b"2"), "the new folder is not seen");
        fs::remove_dir_all(root.join("one")).unwrap();
        assert_eq!(page(), b"2");
    }
}
