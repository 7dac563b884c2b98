//! The answers in what a server said, one after the other.
//!
//! Rule: they are read by the same strict parser as everything here, each as the answer to the request
//! whose turn it is; what stands behind the last request's answer is read as answers, too, so that one
//! too many is seen.

use crate::http::connection::{Connection, Event};
use crate::http::framing::Body;
use crate::http::{Fault, Fields, Parsed, Version};

/// A final answer, and the interim ones before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `HTTP/1.1`, not 1.0.
    pub version_11: bool,
    /// Names as they were written, and values.
    pub fields: Vec<(String, Vec<u8>)>,
    /// The content, without its chunks.
    pub body: Vec<u8>,
    /// The end of the body does not depend on the end of the connection.
    pub has_length: bool,
    /// The connection ends with it: the answer says so, or its version or its body do.
    pub closes: bool,
    /// The statuses from 100 to 199 that came before it.
    pub interim: Vec<u16>,
}

/// What a server has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The whole ones.
    pub whole: Vec<Answer>,
    /// The interim ones behind the last whole one.
    pub interim: Vec<u16>,
    /// An answer has begun and is not whole.
    pub begun: bool,
    /// Where it stopped being HTTP.
    pub fault: Option<Fault>,
    /// Offset behind the last whole answer.
    pub used: usize,
}

impl Answer {
    /// The value of the first field with this name; case does not matter.
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        let mut same = self
            .fields
            .iter()
            .filter(|(is, _)| is.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| &value[..])
    }

    /// Whether the list in this field has an element; case does not matter.
    pub fn lists(&self, name: &str, element: &str) -> bool {
        let same = self
            .fields
            .iter()
            .filter(|(is, _)| is.eq_ignore_ascii_case(name));
        let mut elements = same.flat_map(|(_, value)| value.split(|&b| b == b','));
        elements.any(|it| it.trim_ascii().eq_ignore_ascii_case(element.as_bytes()))
    }
}

/// Reads the answers to requests with these methods; to further ones as to a GET. `ended`: the server
/// has hung up.
pub fn read(bytes: &[u8], asked: &[&str], ended: bool) -> Answers {
    let mut answers = Answers::default();
    while answers.fault.is_none() && answers.used < bytes.len() {
        let method = asked.get(answers.whole.len()).unwrap_or(&"GET");
        let rest = &bytes[answers.used..];
        let Some((answer, used)) = one(rest, method, ended, &mut answers) else {
            break;
        };
        answers.used += used;
        answers.whole.push(answer);
    }
    answers
}

/// One final answer, and how many bytes it took with the interim ones before it.
fn one(bytes: &[u8], method: &str, ended: bool, all: &mut Answers) -> Option<(Answer, usize)> {
    let mut client = Connection::client();
    let asked = client.request(method.as_bytes(), false);
    asked.and_then(|()| client.end()).ok()?;
    let mut answer = Answer::default();
    let mut used = 0;
    all.begun = true;
    all.interim.clear();
    loop {
        let event = match client.receive(&bytes[used..], ended) {
            Ok(Parsed::Done { value, used: more }) => {
                used += more;
                value
            }
            Ok(Parsed::NeedMore) => return None,
            Err(fault) => {
                all.fault = Some(fault.moved(all.used + used));
                return None;
            }
        };
        match event {
            Event::Response { head, body } if head.status < 200 => {
                let _ = body;
                all.interim.push(head.status);
            }
            Event::Response { head, body } => {
                answer.status = head.status;
                answer.version_11 = head.version == Version::Http11;
                answer.fields = owned(head.fields);
                answer.has_length = body != Body::UntilClose;
            }
            Event::Data(data) => answer.body.extend_from_slice(data),
            _ => break,
        }
    }
    answer.closes = client.steps().closes.is_some();
    answer.interim = std::mem::take(&mut all.interim);
    all.begun = false;
    Some((answer, used))
}

fn owned(fields: Fields<'_>) -> Vec<(String, Vec<u8>)> {
    let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let pairs = fields.iter().map(|it| (name(it.name), it.value.to_vec()));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_what_was_asked() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\
                      HTTP/1.1 100 Continue\r\n\r\n\
                      HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX: y\r\n\r\nno\
                      HTTP/1.0 200 OK\r\n\r\nto the end";
        let open = read(bytes, &["HEAD", "GET"], false);
        assert_eq!((open.whole.len(), open.begun), (2, true));
        let answers = read(bytes, &["HEAD", "GET"], true);
        assert_eq!(answers.whole.len(), 3);
        let statuses: Vec<u16> = answers.whole.iter().map(|it| it.status).collect();
        assert_eq!(statuses, [200, 404, 200]);
        assert_eq!(answers.whole[0].body, b"");
        assert_eq!(answers.whole[1].interim, [100]);
        assert_eq!(answers.whole[1].field("x"), Some(&b"y"[..]));
        assert_eq!(answers.whole[2].body, b"to the end");
        assert!(answers.whole[2].closes && !answers.whole[1].closes);
        assert_eq!(answers.used, bytes.len());
    }

    #[test]
    fn what_is_no_answer_is_a_fault_with_its_place() {
        let bytes = b"HTTP/1.1 204 No Content\r\n\r\nhello";
        let answers = read(bytes, &["GET"], false);
        assert_eq!(answers.whole.len(), 1);
        assert_eq!(answers.fault.map(|fault| fault.at), Some(27));
        assert!(read(b"", &["GET"], true).fault.is_none());
    }
}
