//! Random and mutated messages: whole and split input mean the same, and nothing panics.
//!
//! The seed is printed when a test fails; `WIRELAB_SEED=… cargo test --test http` runs it again.

use wirelab::http::chunked::{Decoder, Piece};
use wirelab::http::framing::{Message, body};
use wirelab::http::head::HeadParser;
use wirelab::http::target::{asked, names};
use wirelab::http::url::{Web, resolve};
use wirelab::http::{Parsed, date};

use crate::cut::{Answer, answer};
use crate::dice::Dice;

const ROUNDS: usize = 20_000;

/// Parts that messages consist of, good and bad.
const PARTS: [&[u8]; 40] = [
    b"GET",
    b"POST",
    b"CONNECT",
    b"OPTIONS",
    b" ",
    b" ",
    b" ",
    b"/",
    b"/a%20b?c",
    b"*",
    b"http://a/",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"200 OK",
    b"\r\n",
    b"\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b"Host",
    b":",
    b": ",
    b"a",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"X: y\r\n",
    b"Host: a\r\n",
    b"chunked",
    b"3\r\nabc\r\n",
    b"0\r\n\r\n",
    b";a=\"b\"",
    b"ffffffffffffffff",
    b"\x00",
    b"\xff",
    b"\t",
    b"%",
    b"..",
    b"[::1]",
];

const SOUND: [&[u8]; 4] = [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /a?b HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n",
    b"PUT /a HTTP/1.0\r\nContent-Length: 3\r\nA: \t b \r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
];

fn message(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    if dice.below(2) == 0 {
        for _ in 0..dice.below(20) {
            bytes.extend_from_slice(dice.one_of(&PARTS));
        }
        return bytes;
    }
    bytes.extend_from_slice(dice.one_of(&SOUND));
    for _ in 0..dice.below(4) {
        let at = dice.below(bytes.len());
        match dice.below(3) {
            0 => bytes[at] = dice.below(256) as u8,
            1 => drop(bytes.remove(at)),
            _ => {
                let part = dice.one_of(&PARTS);
                bytes.splice(at..at, part.iter().copied());
            }
        }
    }
    bytes
}

/// Gives a parser growing prefixes of random lengths.
fn split(dice: &mut Dice, bytes: &[u8], mut parse: impl FnMut(&[u8]) -> Answer) -> Answer {
    let mut end = 0;
    loop {
        let answer = parse(&bytes[..end]);
        if end == bytes.len() || answer != Ok(Parsed::NeedMore) {
            return answer;
        }
        end = (end + 1 + dice.below(12)).min(bytes.len());
    }
}

#[test]
fn split_heads_mean_what_whole_heads_mean() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let bytes = message(&mut dice);
        let mut parser = HeadParser::new();
        let whole = answer(HeadParser::new().request(&bytes));
        let parts = split(&mut dice, &bytes, |prefix| answer(parser.request(prefix)));
        assert_eq!(parts, whole, "{}", bytes.escape_ascii());
        let mut parser = HeadParser::new();
        let whole = answer(HeadParser::new().response(&bytes));
        let parts = split(&mut dice, &bytes, |prefix| answer(parser.response(prefix)));
        assert_eq!(parts, whole, "{}", bytes.escape_ascii());
    }
}

#[test]
fn what_is_read_from_a_head_is_inside_it() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let bytes = message(&mut dice);
        let mut parser = HeadParser::new();
        let Ok(Parsed::Done { value, used }) = parser.request(&bytes) else {
            continue;
        };
        assert!(used <= bytes.len() && bytes[..used].ends_with(b"\r\n\r\n"));
        for fault in [
            asked(&value).err(),
            body(Message::Request, value.version, value.fields).err(),
        ] {
            let inside = fault.is_none_or(|fault| fault.at < used);
            assert!(inside, "{fault:?} in {}", bytes.escape_ascii());
        }
    }
}

fn content(decoder: &mut Decoder, bytes: &[u8], seen: &mut (Vec<u8>, usize)) -> Answer {
    loop {
        let used = seen.1;
        match decoder
            .next(&bytes[used..])
            .map_err(|fault| fault.moved(used))?
        {
            Parsed::NeedMore => return Ok(Parsed::NeedMore),
            Parsed::Done { value, used } => {
                seen.1 += used;
                match value {
                    Piece::Data(data) => seen.0.extend_from_slice(data),
                    Piece::End(trailers) => {
                        let value = format!("{:?} {trailers:?}", seen.0);
                        return Ok(Parsed::Done {
                            value,
                            used: seen.1,
                        });
                    }
                }
            }
        }
    }
}

#[test]
fn split_chunks_mean_what_whole_chunks_mean() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let mut bytes = b"3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n".to_vec();
        for _ in 0..dice.below(3) {
            let at = dice.below(bytes.len());
            let part = dice.one_of(&PARTS);
            bytes.splice(at..at, part.iter().copied());
        }
        let whole = content(&mut Decoder::new(), &bytes, &mut (Vec::new(), 0));
        let mut decoder = Decoder::new();
        let mut seen = (Vec::new(), 0);
        let parts = split(&mut dice, &bytes, |prefix| {
            content(&mut decoder, prefix, &mut seen)
        });
        assert_eq!(parts, whole, "{}", bytes.escape_ascii());
    }
}

#[test]
fn texts_that_mean_nothing_panic_nobody() {
    let mut dice = Dice::new();
    for _ in 0..ROUNDS {
        let bytes = message(&mut dice);
        let text = String::from_utf8_lossy(&bytes);
        let _ = names(&bytes);
        let _ = date::parse(&bytes, 0);
        let _ = Web::parse(&text);
        let resolved = resolve("http://a/b/c", &text);
        assert_eq!(resolve("http://a/b/c", &resolved), resolved, "{text:?}");
    }
}
