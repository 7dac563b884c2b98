//! Ranges: the standard's examples and the edges.

use wirelab::http::range::{
    Multipart, Range, Stretch, Wish, content_range, content_range_outside, stretch, wish,
};
use wirelab::limits::MAX_RANGES;

fn parts(list: &[(u64, u64)]) -> Wish {
    Wish::Parts(
        list.iter()
            .map(|&(first, last)| Range { first, last })
            .collect(),
    )
}

#[test]
fn the_examples_of_section_14_1_2() {
    let cases: [(&str, &[(u64, u64)]); 7] = [
        ("bytes=0-499", &[(0, 499)]),
        ("bytes=500-999", &[(500, 999)]),
        ("bytes=-500", &[(9500, 9999)]),
        ("bytes=9500-", &[(9500, 9999)]),
        ("bytes=0-0,-1", &[(0, 0), (9999, 9999)]),
        (
            "bytes= 0-999, 4500-5499, -1000",
            &[(0, 999), (4500, 5499), (9000, 9999)],
        ),
        ("bytes=500-600,601-999", &[(500, 600), (601, 999)]),
    ];
    for (value, expected) in cases {
        assert_eq!(wish(value.as_bytes(), 10_000), parts(expected), "{value}");
    }
    let two_overlap = parts(&[(500, 700), (601, 999)]);
    assert_eq!(wish(b"bytes=500-700,601-999", 10_000), two_overlap);
}

#[test]
fn edges() {
    let cases = [
        ("bytes=0-", 0, Wish::Nothing),
        ("bytes=-1", 0, Wish::All),
        ("bytes=-0", 0, Wish::Nothing),
        ("bytes=-0", 10, Wish::Nothing),
        ("bytes=10-", 10, Wish::Nothing),
        ("bytes=10-20,30-", 10, Wish::Nothing),
        ("bytes=9-", 10, parts(&[(9, 9)])),
        ("bytes=-99", 10, parts(&[(0, 9)])),
        ("bytes=5-99", 10, parts(&[(5, 9)])),
        ("bytes=5-99999999999999999999999", 10, parts(&[(5, 9)])),
        ("bytes=99999999999999999999999-", 10, Wish::Nothing),
        ("bytes=20-,1-2", 10, parts(&[(1, 2)])),
        ("BYTES=1-2", 10, parts(&[(1, 2)])),
        ("bytes=,1-2,", 10, parts(&[(1, 2)])),
        ("bytes=2-1", 10, Wish::All),
        ("bytes=1-2,x", 10, Wish::All),
        ("bytes=", 10, Wish::All),
        ("bytes=,", 10, Wish::All),
        ("bytes=-", 10, Wish::All),
        ("bytes=1", 10, Wish::All),
        ("bytes=+1-2", 10, Wish::All),
        ("bytes=1--2", 10, Wish::All),
        ("bytes 1-2", 10, Wish::All),
        ("bytes =1-2", 10, Wish::All),
        ("items=1-2", 10, Wish::All),
        ("byt", 10, Wish::All),
        ("bytes=0-5,1-6,2-7", 10, Wish::All),
    ];
    for (value, length, expected) in cases {
        assert_eq!(
            wish(value.as_bytes(), length),
            expected,
            "{value} of {length}"
        );
    }
    let many = |count: u64| {
        let list: Vec<String> = (0..count).map(|n| format!("{}-{}", 2 * n, 2 * n)).collect();
        format!("bytes={}", list.join(","))
    };
    assert!(matches!(
        wish(many(MAX_RANGES as u64).as_bytes(), 1000),
        Wish::Parts(_)
    ));
    assert_eq!(
        wish(many(MAX_RANGES as u64 + 1).as_bytes(), 1000),
        Wish::All
    );
}

#[test]
fn a_body_in_parts_is_as_long_as_it_says() {
    let multipart = Multipart {
        boundary: "TACO",
        media: "text/plain",
        length: 10,
    };
    let ranges = [Range { first: 0, last: 1 }, Range { first: 8, last: 9 }];
    let mut body = String::new();
    for range in ranges {
        body += &multipart.before(range);
        body += &"0123456789"[range.first as usize..=range.last as usize];
    }
    body += &multipart.end();
    assert_eq!(body.len() as u64, multipart.body_length(&ranges));
    let expected = "\r\n--TACO\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\
                    \r\n--TACO\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--TACO--\r\n";
    assert_eq!(body, expected);
    assert_eq!(
        multipart.content_type(),
        "multipart/byteranges; boundary=TACO"
    );
    assert_eq!(content_range(ranges[1], 10), "bytes 8-9/10");
    assert_eq!(content_range_outside(10), "bytes */10");
}

#[test]
fn content_range_is_read_as_it_is_written() {
    let range = Range { first: 4, last: 9 };
    let expected = Stretch {
        range,
        whole: Some(10),
    };
    assert_eq!(stretch(content_range(range, 10).as_bytes()), Some(expected));
    let whole = None;
    assert_eq!(stretch(b"BYTES 4-9/*"), Some(Stretch { range, whole }));
    for bad in [
        "bytes */10",
        "bytes 9-4/10",
        "bytes 4-10/10",
        "bytes=4-9/10",
        "tacos 4-9/10",
        "bytes 4-9",
        "bytes -9/10",
        "bytes 4-/10",
        "bytes 4-9/",
        "bytes 4-9/99999999999999999999",
        "",
    ] {
        assert_eq!(stretch(bad.as_bytes()), None, "{bad}");
    }
}
