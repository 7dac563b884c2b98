//! The header parser of lab 10, rule by rule: RFC 9110 section 5 and RFC 9112 section 5.

#[path = "../../labs/10-headers/headers.rs"]
mod headers;

use headers::{
    BAD_NAME, BAD_VALUE, BARE_CR, FOLDED, LINE_END, MOST_FIELDS, NO_COLON, NOT_ONE_HOST,
    SPACE_BEFORE_COLON, TOO_MANY,
};

/// What the parser makes of one line beside a `Host` line: its value, or the refusal.
fn value_of(line: &[u8]) -> Result<Vec<u8>, &'static str> {
    let lines = [b"Host: tacos.example\r\n", line, b"\r\n"].concat();
    headers::parse(&lines).map(|fields| fields[1].value.clone())
}

fn members(lines: &str) -> Vec<String> {
    let lines = format!("Host: a\r\n{lines}\r\n");
    let fields = headers::parse(lines.as_bytes()).expect("good lines");
    let members = headers::members(&fields, b"salsa");
    members
        .iter()
        .map(|member| member.escape_ascii().to_string())
        .collect()
}

#[test]
fn lab10_each_broken_rule_is_named() {
    let cases: [(&[u8], &str); 22] = [
        (b"Salsa: verde\n", LINE_END),
        (b"\n", LINE_END),
        (b"Salsa: verde\rroja\r\n", BARE_CR),
        (b"Salsa: verde\r\r\n", BARE_CR),
        (b"Sal\rsa: verde\r\n", BARE_CR),
        (b" Salsa: verde\r\n", FOLDED),
        (b"\tSalsa: verde\r\n", FOLDED),
        (b"Salsa: verde,\r\n roja\r\n", FOLDED),
        (b"Salsa: verde,\r\n\troja\r\n", FOLDED),
        (b"Salsa: verde\r\n \r\n", FOLDED),
        (b"Salsa verde\r\n", NO_COLON),
        (b"Salsa\r\n", NO_COLON),
        (b"Salsa : verde\r\n", SPACE_BEFORE_COLON),
        (b"Salsa\t: verde\r\n", SPACE_BEFORE_COLON),
        (b": verde\r\n", BAD_NAME),
        (b"Green Salsa: verde\r\n", BAD_NAME),
        (b"Sals\xc3\xa1: verde\r\n", BAD_NAME),
        (b"Sal\0sa: verde\r\n", BAD_NAME),
        (b"Salsa: ver\0de\r\n", BAD_VALUE),
        (b"Salsa: ver\x7fde\r\n", BAD_VALUE),
        (b"Salsa: \x0bverde\r\n", BAD_VALUE),
        (b"HOST: nachos.example\r\n", NOT_ONE_HOST),
    ];
    for (line, refusal) in cases {
        assert_eq!(value_of(line), Err(refusal), "{}", line.escape_ascii());
    }
    assert_eq!(
        headers::parse(b"\r\n").map(|fields| fields.len()),
        Err(NOT_ONE_HOST)
    );
}

#[test]
fn lab10_a_name_is_any_token_and_has_no_case() {
    for byte in 0..=255_u8 {
        let token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let line = [b"X", &[byte][..], b"y: z\r\n"].concat();
        // A colon in the name ends it; a CR or a LF is another rule's affair.
        let accepted = value_of(&line).is_ok();
        assert_eq!(accepted, token || byte == b':', "byte {byte:02x}");
    }
    let fields = headers::parse(b"hOsT: Tacos.Example\r\n\r\n").expect("a good line");
    assert_eq!(fields[0].name, b"host");
    assert_eq!(fields[0].value, b"Tacos.Example");
}

#[test]
fn lab10_a_value_keeps_every_byte_but_the_spaces_and_tabs_around_it() {
    for byte in 0x21..=255_u8 {
        if byte != 0x7f {
            let line = [b"X: \t ", &[byte, b' ', b'\t', byte][..], b"\t \r\n"].concat();
            assert_eq!(
                value_of(&line),
                Ok(vec![byte, b' ', b'\t', byte]),
                "byte {byte:02x}"
            );
        }
    }
    assert_eq!(value_of(b"X:\r\n"), Ok(Vec::new()));
    assert_eq!(value_of(b"X: \t \r\n"), Ok(Vec::new()));
    assert_eq!(value_of(b"X:a:b: c\r\n"), Ok(b"a:b: c".to_vec()));
    // A no-break space is no white space here: it is two bytes of somebody's text.
    assert_eq!(value_of(b"X: \xc2\xa0a\r\n"), Ok(b"\xc2\xa0a".to_vec()));
}

#[test]
fn lab10_a_list_is_all_its_lines_in_order_without_empty_members() {
    assert_eq!(members("Salsa: a, b\r\nSALSA: c\r\n"), ["a", "b", "c"]);
    assert_eq!(
        members("salsa:a,\t,, ,b ,\r\nX: d\r\nSalsa: , c\r\n"),
        ["a", "b", "c"]
    );
    assert!(members("Salsa:\r\nSalsa: ,\r\n").is_empty());
    assert!(members("X: a\r\n").is_empty());
}

#[test]
fn lab10_the_number_of_lines_has_a_limit() {
    let lines =
        |count: usize| [b"Host: a\r\n", &b"X: y\r\n".repeat(count - 1)[..], b"\r\n"].concat();
    assert_eq!(
        headers::parse(&lines(MOST_FIELDS)).map(|fields| fields.len()),
        Ok(MOST_FIELDS)
    );
    assert_eq!(
        headers::parse(&lines(MOST_FIELDS + 1)).map(|fields| fields.len()),
        Err(TOO_MANY)
    );
}
