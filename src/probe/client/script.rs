//! The server of one case: it records what a client sends, and answers as the case says.
//!
//! Rule: the server listens on a port of its own, and ends when its value is dropped. The number of bytes that
//! it sends is bounded.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::locks::lock;
use crate::net::{self, AcceptedClient, RecordedStream, Recorder, Serving, SocketError};
use crate::probe::client::case::{self, ClientCase, ServerStep};
use crate::wire::Transcript;

/// A server that is waited for.
pub struct Site {
    serving: Serving,
    requests: Arc<Mutex<Vec<Request>>>,
    recorder: Recorder,
}

/// What a client did.
pub struct Visit {
    /// Its requests, on all connections, in order.
    pub requests: Vec<Request>,
    /// What the URL said after `//`, without user name.
    pub host: String,
    /// The recorded conversation.
    pub transcript: Transcript,
}

/// A request, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The second word of the first line.
    pub target: String,
    /// Names and values, as they came.
    pub fields: Vec<(String, String)>,
}

impl Request {
    /// From a head, however it is.
    fn of(head: &[u8]) -> Request {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let target = first.split(' ').nth(1).unwrap_or_default().to_string();
        let fields = lines.filter_map(|line| line.split_once(':'));
        let fields = fields.map(|(name, value)| (name.to_string(), value.trim().to_string()));
        Request {
            target,
            fields: fields.collect(),
        }
    }

    /// The value of a field; case does not matter.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut same = self
            .fields
            .iter()
            .filter(|(is, _)| is.eq_ignore_ascii_case(name));
        same.next().map(|(_, value)| &value[..])
    }
}

impl Site {
    /// Listens for the client of a case.
    pub fn open(case: &ClientCase) -> Result<Site, SocketError> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = net::listen(any, 64)?;
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let recorder = Recorder::new();
        let (shared, record, case) = (Arc::clone(&requests), recorder.clone(), case.clone());
        let addr = listener.local_addr().unwrap_or(any);
        let serving = net::serve(listener, 64, move |client: AcceptedClient| {
            let page = Page {
                case: &case,
                addr,
                requests: &shared,
            };
            if let Ok(stream) = client.stream.try_clone() {
                page.serve(RecordedStream::new(stream, Some(&record)));
            }
        });
        let serving = serving.map_err(|error| SocketError {
            addr,
            cause: net::Cause::NoDescriptors,
            kind: error.kind(),
            errno: error.raw_os_error(),
        })?;
        Ok(Site {
            serving,
            requests,
            recorder,
        })
    }

    /// The URL that the client gets.
    pub fn url(&self, case: &ClientCase) -> String {
        let user = match case.needs.contains(&"auth") {
            true => "user:three-tacos@",
            false => "",
        };
        format!("http://{user}{}{}", self.serving.address(), case.url)
    }

    /// Ends the server, and returns what the client did.
    pub fn close(self) -> Visit {
        let host = self.serving.address().to_string();
        self.serving.stop();
        let mut requests = lock(&self.requests);
        Visit {
            requests: std::mem::take(&mut requests),
            host,
            transcript: self.recorder.transcript().without_times(),
        }
    }
}

/// The answers of a case, for one connection.
struct Page<'a> {
    case: &'a ClientCase,
    addr: SocketAddr,
    requests: &'a Mutex<Vec<Request>>,
}

impl Page<'_> {
    /// Answers one request after the other, until the case or the client ends the connection.
    fn serve(&self, mut stream: RecordedStream) {
        let mut heard = Vec::new();
        while let Some(head) = head(&mut stream, &mut heard) {
            let request = Request::of(&head);
            let lines = self.lines(&request.target);
            let count = {
                let mut all = lock(self.requests);
                all.push(request);
                all.len()
            };
            if count > limits::CLIENT_REQUESTS {
                return;
            }
            let fill = |text: &str| {
                let text = text.replace("{host}", &self.addr.to_string());
                text.replace("{port}", &self.addr.port().to_string())
            };
            for step in case::steps(lines, fill).unwrap_or_default() {
                match step {
                    ServerStep::Say(bytes) => {
                        if stream.write(&bytes).is_err() {
                            return;
                        }
                    }
                    // a slow server: that is the case
                    ServerStep::Wait(time) => thread::sleep(time),
                    ServerStep::Fin => return stream.close_gracefully(),
                    ServerStep::Reset => return stream.reset(),
                    ServerStep::Endless(bytes) => return endless(stream, &bytes),
                }
            }
        }
    }

    /// The lines for a target: those of its own, those of `*`, or the first; 404 for others, once there
    /// are pages for targets.
    fn lines(&self, target: &str) -> &'static str {
        let pages = &self.case.pages;
        let own = pages.iter().skip(1).find(|(to, _)| *to == target);
        let any = pages.iter().find(|(to, _)| *to == "*");
        let path = self.case.url.split('#').next().unwrap_or_default();
        let first = target == path || pages.len() == 1 || path.is_empty();
        match (own, any) {
            (Some((_, lines)), _) => lines,
            (None, Some((_, lines))) if !first => lines,
            _ if first => pages.first().map_or("", |(_, lines)| lines),
            _ => "S> HTTP/1.1 404 Not Found\\r\\n\nS> Content-Length: 0\\r\\n\nS> \\r\\n\n",
        }
    }
}

/// The next head that a client sends; `None`: it has ended.
fn head(stream: &mut RecordedStream, heard: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 4096];
    loop {
        let end = heard.windows(4).position(|part| part == b"\r\n\r\n");
        if let Some(end) = end {
            return Some(heard.drain(..end + 4).collect());
        }
        if heard.len() > limits::MAX_HEAD {
            return None;
        }
        match stream.read(&mut buffer, limits::CLIENT_PATIENCE) {
            Ok(0) | Err(_) => return None,
            Ok(count) => heard.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
}

/// The same bytes again and again, until they are not taken any more, or it is enough.
fn endless(mut stream: RecordedStream, bytes: &[u8]) {
    stream.set_write_timeout(Duration::from_secs(1));
    let part = bytes.repeat(limits::CHUNK / bytes.len().max(1) + 1);
    let until = Instant::now() + limits::CLIENT_PATIENCE;
    let mut sent = 0;
    while sent < limits::CLIENT_ENDLESS && Instant::now() < until {
        if stream.write(&part).is_err() {
            return;
        }
        sent += part.len();
    }
    stream.close_gracefully();
}
