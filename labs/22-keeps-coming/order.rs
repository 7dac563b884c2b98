//! Lab 22 · The order that keeps coming · the head of an order, as in lab 21.

use std::io::{self, BufRead, Read};

use wirelab::http::{Parsed, RequestHead, Version, head::HeadParser};

use crate::length::{self, Body, Refusal};

/// A request without its body.
pub struct Order {
    /// `GET` or `POST`; the server refuses all other methods.
    pub method: String,
    /// How the body ends, or the refusal.
    pub body: Result<Body, Refusal>,
    /// The request is of HTTP/1.0, which does not know chunks.
    pub old: bool,
    /// The client sends no other request after this one.
    pub closes: bool,
}

impl Order {
    /// Reads the head of the next request line by line, and no byte of the body.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Option<Order>> {
        let (mut parser, mut received) = (HeadParser::new(), Vec::new());
        while reader
            .by_ref()
            .take(8_192)
            .read_until(b'\n', &mut received)?
            > 0
        {
            match parser.request(&received) {
                Ok(Parsed::NeedMore) => {}
                Ok(Parsed::Done { value: head, .. }) => return Ok(Some(Order::of(&head))),
                Err(fault) => {
                    return Ok(Some(Order {
                        method: String::new(),
                        body: Err((fault.status(), fault.wrong.rule().sentence)),
                        old: false,
                        closes: true,
                    }));
                }
            }
        }
        Ok(None)
    }

    fn of(head: &RequestHead) -> Order {
        let old = head.version == Version::Http10;
        Order {
            method: String::from_utf8_lossy(head.method).into_owned(),
            body: length::body(head),
            old,
            closes: old || head.fields.has_element("connection", "close"),
        }
    }
}
