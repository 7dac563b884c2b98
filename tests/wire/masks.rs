//! Masks: what each matches, what not, and where it says that it did not.

use wirelab::wire::{DifferenceKind, Transcript, Who, compare, compare_side};

use crate::comparing::difference;
use crate::read;

/// Each mask with what it matches and what it does not.
#[test]
fn masks() {
    let table: [(&str, &[&str], &[&str]); 14] = [
        (
            r"\{date}",
            &[
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Thu, 29 Feb 2024 23:59:60 GMT",
                "Sat, 01 Jan 0000 00:00:00 GMT",
            ],
            &[
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Thu, 29 Feb 2023 00:00:00 GMT",
                "Sun, 06 Nov 1994 24:49:37 GMT",
                "Sun, 06 Nov 1994 08:60:37 GMT",
                "Sun, 06 nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 00 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37 GMT ",
                "",
            ],
        ),
        (
            r"\{port}",
            &["1", "8080", "65535", "00080"],
            &["65536", "", "80a", "123456"],
        ),
        (
            r"\{int}",
            &["0", "00012345678901234567890123"],
            &["", "-1", "1.0"],
        ),
        (r"\{hex}", &["0", "dEaDbEeF"], &["", "0x1f", "g"]),
        (
            r"\{any}",
            &["", "anything at all", r"\t\x00\xff"],
            &[r"\r", r"a\n", r"\r\n"],
        ),
        (
            r"a\{any}\r\n",
            &[r"a\r\n", r"aaa\r\n"],
            &[r"a\r", r"ba\r\n", r"a\r\nb"],
        ),
        (
            r"\{any}b\{any}b",
            &["bb", "abab", "bbbbbb", "axbxxb"],
            &["b", "ba", "abba"],
        ),
        (
            r"a\{line}b",
            &[r"a\nb", r"axyz\r\nb"],
            &[r"ab", r"a\n\nb", "axb"],
        ),
        (r"\{3 bytes}", &["abc", r"\r\n\x00"], &["ab", "abcd"]),
        (
            r"\{2..4 bytes}c",
            &["aac", "aaaac", "cccc"],
            &["ac", "aaaaac", "aa"],
        ),
        (r"\{masked 2 bytes}", &["ab"], &["a", "abc"]),
        (
            r"\{3 bytes sha256:ba7816bf8f01cfea}",
            &["abc"],
            &["abd", "ab", "abcd"],
        ),
        (r"\{int}\{any}0", &["10", "1x0", "100"], &["0", "x0", "1"]),
        (r"\{int}5\{hex}", &["15a", "555"], &["5a", "15"]),
    ];
    for (pattern, matching, others) in table {
        let pattern = read(&format!("S> {pattern}"));
        let got = |text: &str| match text {
            "" => Transcript::new(),
            text => read(
                &text
                    .split_inclusive(r"\n")
                    .map(|line| format!("S> {line}\n"))
                    .collect::<String>(),
            ),
        };
        for text in matching {
            let found = compare(&pattern, &got(text));
            assert_eq!(found, None, "{} should match {text}", pattern.render());
        }
        for text in others {
            let found = compare(&pattern, &got(text));
            assert!(
                found.is_some(),
                "{} should not match {text}",
                pattern.render()
            );
        }
    }
}

/// The place of a miss behind a mask is where the best attempt failed.
#[test]
fn a_miss_behind_a_mask_has_a_place() {
    let found = difference(
        r"S> Type: \{any}; charset=utf-8\r\n",
        r"S> Type: text/plain; chraset=utf-8\r\n",
    );
    let found = found.expect("a letter is wrong");
    assert_eq!((found.what, found.offset), (DifferenceKind::Bytes, 20));
    let found = difference(
        r"S> Date: \{date}\r\n",
        r"S> Date: Sun, 06 Nov 1994 08:49:37 CET\r\n",
    );
    let found = found.expect("no GMT");
    assert_eq!((found.what, found.offset), (DifferenceKind::Bytes, 32));
    let found = difference(r"S> Date: \{date}\r\n", r"S> Date: Sun, 06 Nov");
    assert_eq!(found.expect("cut").what, DifferenceKind::Short);
    assert_eq!(
        difference(r"S> \{9 bytes}", "S> 123").expect("cut").what,
        DifferenceKind::Short
    );
}

/// Patterns that make a backtracking matcher explode cost a pass over the bytes for each element.
#[test]
fn no_pattern_explodes() {
    let pattern = read(&format!("S> {}b", r"\{any}a".repeat(50)));
    let mut got = Transcript::new();
    got.push_bytes(1, Who::Server, &b"a".repeat(20_000));
    assert!(compare(&pattern, &got).is_some());
    got.push_bytes(1, Who::Server, b"b");
    assert_eq!(compare(&pattern, &got), None);
}

/// Patterns that took minutes when each place was tried for itself.
#[test]
fn a_loose_pattern_costs_one_pass_an_element() {
    let body = "ab".repeat(20_000).into_bytes();
    let digest = wirelab::wire::sha256::hex(&body[20_000..]);
    let digest = &digest[..16];
    let table = [
        (
            format!(r"S> \{{0..1000000 bytes}}\{{20000 bytes sha256:{digest}}}"),
            true,
        ),
        (format!("S> {}b", r"\{any}a".repeat(200)), true),
        (format!("S> {}c", r"\{any}a".repeat(200)), false),
        (format!(r"S> \{{any}}{}b", "ab".repeat(15_000)), false),
        (
            format!(r"S> \{{any}}a\{{any}}{}", "ba".repeat(15_000)),
            false,
        ),
        (format!("S> {}", r"\{0..9 bytes}\{hex}".repeat(500)), true),
    ];
    let mut got = Transcript::new();
    got.push_bytes(1, Who::Server, &body);
    let begun = std::time::Instant::now();
    for (pattern, matches) in table {
        let expected = read(&pattern);
        let difference = compare_side(&expected, &got, Who::Server);
        assert_eq!(difference.is_none(), matches, "{}", &pattern[..60]);
    }
    // A minute means one of them is not linear: together they take a second in a debug build.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

/// A digest that may begin anywhere and end anywhere is given up with a word that says what to do.
#[test]
fn what_cannot_be_found_in_reasonable_time_is_said() {
    let body = vec![b'x'; 400_000];
    let mut got = Transcript::new();
    got.push_bytes(1, Who::Server, &body);
    let pattern = r"S> \{any}\{50000 bytes sha256:0123456789abcdef}\{any}";
    let difference = compare_side(&read(pattern), &got, Who::Server);
    let difference = difference.expect("no such bytes are there");
    assert_eq!(difference.what, DifferenceKind::TooLoose);
    let said = difference.to_string();
    assert!(
        said.contains("give the holes before the digest exact lengths"),
        "{said}"
    );
}
