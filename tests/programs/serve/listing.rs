//! The page of a folder that has no `index.html`.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use super::client::{ask, folder, server};

/// The names on the page, in its order.
fn names(page: &str) -> Vec<&str> {
    let rows = page.split("<tr><td><a href=\"").skip(1);
    rows.filter_map(|row| row.split('"').next()).collect()
}

#[test]
fn the_first_names_are_shown_and_not_the_first_on_the_disk() {
    let root = folder("many-names");
    let plain = root.join("plain");
    let name = |n: usize| format!("{:05}", (n * 7_919) % 12_000);
    for n in 0..12_000 {
        File::create(plain.join(name(n))).unwrap();
    }
    fs::remove_file(plain.join("a b.txt")).unwrap();
    let server = server(&root, &["--quiet"]);
    let page = ask(server.addr, "GET", "/plain/", "");
    let shown = names(page.text());
    assert_eq!(shown.len(), 10_001, "10,000 and the way up");
    let expected: Vec<String> = (0..10_000).map(|n| format!("{n:05}")).collect();
    assert_eq!(
        shown.get(1..),
        Some(&expected.iter().map(String::as_str).collect::<Vec<_>>()[..])
    );
    assert!(page.text().contains("2000 more"));
}

#[test]
fn lines_are_sorted_by_name_size_or_date_by_a_link() {
    let root = folder("sorted");
    let plain = root.join("plain");
    fs::remove_file(plain.join("a b.txt")).unwrap();
    fs::create_dir(plain.join("zoo")).unwrap();
    for (name, length, age) in [("a", 2_000, 30), ("b", 5, 10), ("c", 1_500_000, 20)] {
        let file = File::create(plain.join(name)).unwrap();
        file.set_len(length).unwrap();
        let then = SystemTime::now() - Duration::from_secs(age * 1_000);
        file.set_modified(then).unwrap();
    }
    let server = server(&root, &["--quiet"]);
    for (query, order) in [
        ("", ["../", "zoo/", "a", "b", "c"]),
        ("?sort=name", ["../", "zoo/", "a", "b", "c"]),
        ("?sort=size", ["../", "zoo/", "c", "a", "b"]),
        ("?sort=date", ["../", "zoo/", "b", "c", "a"]),
        ("?sort=taste", ["../", "zoo/", "a", "b", "c"]),
    ] {
        let page = ask(server.addr, "GET", &format!("/plain/{query}"), "");
        assert_eq!(names(page.text()), order, "{query}");
        let links = ["?sort=name", "?sort=size", "?sort=date"];
        let links = links
            .iter()
            .filter(|it| page.text().contains(&format!("\"{it}\"")));
        assert_eq!(links.count(), 2, "the two other orders are a click away");
    }
    let page = ask(server.addr, "GET", "/plain/", "");
    for size in [">1.9 KiB<", ">5 B<", ">1.4 MiB<", "title=\"1500000 bytes\""] {
        assert!(page.text().contains(size), "{size}: {}", page.text());
    }
}

#[test]
fn letters_that_are_not_seen_are_made_visible_and_long_names_are_broken() {
    let root = folder("unseen");
    let long = "long".repeat(62);
    for name in [
        "menu\u{202e}txt.exe",
        "zero\u{200b}width",
        "mark\u{200f}",
        &long,
    ] {
        fs::write(root.join("plain").join(name), "").unwrap();
    }
    let server = server(&root, &["--quiet"]);
    let page = ask(server.addr, "GET", "/plain/", "");
    let page = page.text();
    assert!(
        !page.contains(['\u{202e}', '\u{200b}', '\u{200f}']),
        "{page}"
    );
    for shown in [
        "menu[U+202E]txt.exe",
        "zero[U+200B]width",
        "mark[U+200F]",
        &long,
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(page.contains("overflow-wrap:anywhere"), "{page}");
}
