//! Lab 10 · your server. It cuts header lines at the wrong places. Write its parser by the rules of the
//! README: first the names and values, then the eight refusals.
//!
//! You write `understand` and `members`. The rest is finished: the answer, the words of each refusal, and
//! the code that reads the head. Check it with: cargo lab check 10

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

/// A name in small letters, and the value without outer spaces. Both are bytes.
type Field = (Vec<u8>, Vec<u8>);

/// Takes the header lines, each with its line end. Returns the fields, or the words of the first rule
/// that is broken.
fn understand(lines: &[u8]) -> Result<Vec<Field>, &'static str> {
    // Here: this code treats the header lines as text, and cuts each line at every colon.
    let text = String::from_utf8_lossy(lines);
    let mut fields = Vec::new();
    for line in text.lines() {
        let mut parts = line.split(':');
        let name = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default();
        fields.push((name.into(), value.trim().to_lowercase().into()));
    }
    if fields.is_empty() {
        Err(NO_COLON)
    } else {
        Ok(fields)
    }
}

/// The members of the list `name`: from all lines with this name, in the order of the lines, without empty members.
fn members(fields: &[Field], name: &[u8]) -> Vec<Vec<u8>> {
    // Here: this code takes only the last line with this name, and does not cut its value at the commas.
    let last = fields.iter().rfind(|field| field.0 == name);
    last.map(|field| field.1.clone()).into_iter().collect()
}

// The words of the refusals, in the order in which you test the rules on a line.
#[rustfmt::skip]
#[allow(dead_code, reason = "you will need them all")]
mod refusals {
    pub const LINE_END: &str = "a line does not end in CR LF";
    pub const BARE_CR: &str = "a CR without its LF";
    pub const FOLDED: &str = "a line begins with white space";
    pub const NO_COLON: &str = "a line has no colon";
    pub const SPACE_BEFORE_COLON: &str = "white space before the colon";
    pub const BAD_NAME: &str = "a name is empty or has a forbidden byte";
    pub const BAD_VALUE: &str = "a value has a control byte";
    pub const NOT_ONE_HOST: &str = "there must be one Host line, and only one";
}
use refusals::*;

fn main() -> io::Result<()> {
    let addr = std::env::args().nth(1);
    let listener = TcpListener::bind(addr.as_deref().unwrap_or("127.0.0.1:8010"))?;
    println!("listening on {}", listener.local_addr()?);

    for client in listener.incoming() {
        if let Err(error) = client.and_then(|client| serve(&client)) {
            eprintln!("this client failed: {error}; the next one, please");
        }
    }
    Ok(())
}

fn serve(mut client: &TcpStream) -> io::Result<()> {
    // The head, up to the empty line. The server ignores the bytes after the empty line.
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(at) = head.windows(3).position(|three| three == b"\n\r\n") {
            break at + 1;
        }
        let n = client.read(&mut piece)?;
        if n == 0 || head.len() > 65_536 {
            return Ok(());
        }
        head.extend_from_slice(&piece[..n]);
    };
    let first = head
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(end, |at| at + 1);

    let (status, body) = match understand(&head[first..end]) {
        Ok(fields) => ("200 OK", receipt(&fields)),
        Err(why) => ("400 Bad Request", format!("{why}\n").into_bytes()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: text/plain\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\
         \r\n",
        body.len()
    );
    client.write_all(&[head.as_bytes(), &body].concat())
}

/// One line for each field, with the value in brackets. The last line has all members of the list Salsa.
fn receipt(fields: &[Field]) -> Vec<u8> {
    let mut receipt = Vec::new();
    for (name, value) in fields {
        receipt.extend([&name[..], b": [", value, b"]\n"].concat());
    }
    receipt.extend(b"all salsas:");
    for salsa in members(fields, b"salsa") {
        receipt.extend([b" [", &salsa[..], b"]"].concat());
    }
    receipt.push(b'\n');
    receipt
}
