//! Tests of the module above.

use super::*;

/// `bytes`, read in pieces of `size`, with `*` for each byte of a secret.
fn hidden(bytes: &[u8], size: usize) -> String {
    let secrets = Rules {
        secrets: true,
        names: vec!["x-room".to_string()],
        ..Rules::default()
    };
    let mut redactor = Redactor::new(Arc::new(secrets));
    let mut shown = Vec::new();
    for piece in bytes.chunks(size) {
        let mut piece = piece.to_vec();
        for found in redactor.find(&piece) {
            piece[found.at].fill(b'*');
        }
        shown.extend(piece);
    }
    String::from_utf8(shown).unwrap()
}

#[test]
fn values_are_found_at_every_cut_and_nothing_else() {
    let request = b"GET /a?token=t1&x=2&Password=%20p HTTP/1.1\r\nAuthorization: Basic dGFjbw==\r\n\
        X-Cook: 1\r\nCOOKIE:a=b\r\n c=d\r\nAuthorizations: no\r\nSet-Cookie: id=7\nAccept: */*\r\n\
        Authorization \t: x y\r\nCookie\t: z\r\nX-API-Key: k\r\nX-Room: 9\r\ntokens=1&my_token=2\r\n\
        Referer: http://a/?key=1#x\r\n\r\nuser=a&p%61ssword=tacos&x-room=5&user%5Bpwd%5D=b\r\npassword=b\r\n\
        proxy-authorization: x";
    let expected = "GET /a?token=**&x=2&Password=**** HTTP/1.1\r\nAuthorization: **************\r\n\
        X-Cook: 1\r\nCOOKIE:***\r\n ***\r\nAuthorizations: no\r\nSet-Cookie: ****\nAccept: */*\r\n\
        Authorization \t: ***\r\nCookie\t: *\r\nX-API-Key: *\r\nX-Room: *\r\ntokens=1&my_token=*\r\n\
        Referer: http://a/?key=*#x\r\n\r\nuser=a&p%61ssword=*****&x-room=*&user%5Bpwd%5D=*\r\npassword=*\r\n\
        proxy-authorization: *";
    for size in 1..=request.len() {
        assert_eq!(hidden(request, size), expected, "in pieces of {size}");
    }
}

/// Long text without a colon or an equals sign is passed over, and what follows is found.
#[test]
fn values_are_found_behind_much_text() {
    for lines in [1, 20, 40, 200] {
        let text = "three tacos and a flan\n".repeat(lines);
        let said = format!("{text}token=t1\n{text}cookie: a\n b\n{text}x: y\n{text}key=k");
        let hides = said
            .replace("token=t1", "token=**")
            .replace("key=k", "key=*");
        let expected = hides.replace("cookie: a\n b", "cookie: *\n *");
        for size in [7, 600, 5000, said.len()] {
            assert_eq!(
                hidden(said.as_bytes(), size),
                expected,
                "in pieces of {size}"
            );
        }
    }
}

#[test]
fn what_is_another_value_the_next_time_is_found() {
    let rules = Rules {
        volatile: true,
        ports: vec![8080],
        ..Rules::default()
    };
    let text = b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: yesterday\r\nHost: [::1]:80\r\n\
        Host: tacos\r\nETag: W/\"a-1\"\r\nETag: \"\"\r\nLocation: http://h:8080/x\r\n\
        Location: http://h:8081/x\r\n\r\n";
    let found = Redactor::new(Arc::new(rules)).find(text);
    let found: Vec<(&str, Value)> = found
        .into_iter()
        .map(|found| (std::str::from_utf8(&text[found.at]).unwrap(), found.value))
        .collect();
    let expected = [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Value::Date),
        ("80", Value::Port),
        ("a-1", Value::Tag),
        ("8080", Value::Port),
    ];
    assert_eq!(found, expected);
}
