//! A server that is right in everything but what its fault says: it stands before a right one, takes
//! some bytes for others on the way in, or changes what is said on the way out.
//!
//! So its wrong answers are those of a real server: what a right one says to what this one heard.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use wirelab::net::{self, AcceptedClient, Serving};
use wirelab::probe::answers;

/// One thing that a careless server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Takes these bytes for those.
    Hears(&'static [u8], &'static [u8]),
    /// Does not see lines that begin so.
    Overlooks(&'static str),
    /// Sees only the first of the fields with this name.
    Once(&'static str),
    /// Takes the value of this field for another.
    Takes(&'static str, &'static str),
    /// Behaves as if this field had been sent.
    Imagines(&'static str),
    /// Takes any method for GET.
    AnyMethod,
    /// Takes any version for HTTP/1.1.
    AnyVersion,
    /// Takes the target for this one.
    Target(&'static str),
    /// Takes the line before the first chunk for this one.
    Size(&'static str),
    /// Forgets what came behind the first head.
    Forgets,
    /// Takes it for a plain GET.
    Gets,
    /// Refuses it with this status.
    Refuses(u16),
    /// Says this, and hangs up.
    Answers(&'static [u8]),
    /// Says nothing, and waits for more.
    Waits,
    /// Says nothing, and hangs up.
    Leaves,
    /// Does not notice that the client has said all, and waits for more.
    MissesTheEnd,
    /// Says other bytes instead of these.
    Says(&'static str, &'static str),
    /// Leaves this field out of its answers.
    Omits(&'static str),
    /// Gives this field another value, or gives it at all.
    Gives(&'static str, &'static str),
    /// Sends this behind its answers.
    Brings(&'static str),
    /// Sends 100 (Continue) first.
    Invites,
    /// Hangs up behind its answers, whatever they say.
    HangsUp,
}

use Does::*;

/// What happens in the next conversation.
#[derive(Clone, Default)]
pub struct Plan {
    /// The bytes of the case whose rule is broken.
    pub case: Vec<u8>,
    /// How many bytes the client will say.
    pub hears: usize,
    /// The methods of its requests.
    pub asks: Vec<&'static str>,
    /// What is wrong with the server.
    pub fault: &'static [Does],
}

/// A careless server before a right one.
pub struct Careless {
    plan: Arc<Mutex<Plan>>,
    /// A connection that it does not let go of.
    held: Arc<Mutex<Option<TcpStream>>>,
    serving: Serving,
}

impl Careless {
    /// Starts one.
    pub fn before(right: SocketAddr) -> Careless {
        let plan: Arc<Mutex<Plan>> = Arc::default();
        let held: Arc<Mutex<Option<TcpStream>>> = Arc::default();
        let (shared, holds) = (Arc::clone(&plan), Arc::clone(&held));
        let listener = net::listen("127.0.0.1:0".parse().unwrap(), 64).unwrap();
        let serving = net::serve(listener, 64, move |client: AcceptedClient| {
            let plan = shared.lock().unwrap().clone();
            // A client that has hung up is no trouble.
            let _ = serve(&plan, client.stream, right, &holds);
        });
        let serving = serving.unwrap();
        Careless {
            plan,
            held,
            serving,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    pub fn will(&self, plan: Plan) {
        *self.held.lock().unwrap() = None;
        *self.plan.lock().unwrap() = plan;
    }
}

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);

fn serve(
    plan: &Plan,
    client: &TcpStream,
    right: SocketAddr,
    held: &Mutex<Option<TcpStream>>,
) -> std::io::Result<()> {
    client.set_read_timeout(Some(DEADLINE))?;
    let mut heard = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut ended = false;
    while heard.len() < plan.hears && !ended {
        let count = (&mut &*client).read(&mut buffer)?;
        heard.extend_from_slice(&buffer[..count]);
        ended = count == 0;
    }
    let same = heard == plan.case;
    if same && let Some(answer) = plan.fault.iter().find_map(own_answer) {
        return match answer {
            Some(answer) => end(client, &answer),
            None => std::io::copy(&mut &*client, &mut std::io::sink()).map(drop),
        };
    }
    if same && plan.fault.contains(&MissesTheEnd) {
        // It stays open until the next conversation is planned.
        *held.lock().unwrap() = Some(client.try_clone()?);
        return Ok(());
    }
    for does in plan.fault.iter().filter(|does| same || does.is_narrow()) {
        does.misread(&mut heard);
    }
    let server = TcpStream::connect(right)?;
    server.set_read_timeout(Some(DEADLINE))?;
    server.set_nodelay(true)?;
    (&server).write_all(&heard)?;
    if ended {
        server.shutdown(Shutdown::Write)?;
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = std::io::copy(&mut &*client, &mut &server);
            let _ = server.shutdown(Shutdown::Write);
        });
        let said = say(plan, same, client, &server);
        let _ = client.shutdown(Shutdown::Write);
        let _ = server.shutdown(Shutdown::Write);
        said
    })
}

/// What it says without reading on; the inner `None`: nothing, and it waits.
fn own_answer(does: &Does) -> Option<Option<Vec<u8>>> {
    match does {
        Refuses(status) => {
            let fields = "Content-Length: 3\r\nConnection: close";
            let answer = format!("HTTP/1.1 {status} No\r\n{fields}\r\n\r\nno\n");
            Some(Some(answer.into_bytes()))
        }
        Answers(bytes) => Some(Some(bytes.to_vec())),
        Leaves => Some(Some(Vec::new())),
        Waits => Some(None),
        _ => None,
    }
}

fn end(client: &TcpStream, answer: &[u8]) -> std::io::Result<()> {
    (&mut &*client).write_all(answer)?;
    client.shutdown(Shutdown::Write)?;
    std::io::copy(&mut &*client, &mut std::io::sink()).map(drop)
}

/// What the right server says, to the client.
fn say(plan: &Plan, same: bool, client: &TcpStream, server: &TcpStream) -> std::io::Result<()> {
    let about_answers = |does: &Does| {
        matches!(
            does,
            Says(..) | Omits(_) | Gives(..) | Brings(_) | Invites | HangsUp
        )
    };
    if same && plan.fault.iter().any(about_answers) {
        let mut said = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut ended = false;
        while !ended && answers::read(&said, &plan.asks, false).whole.len() < plan.asks.len() {
            let count = (&mut &*server).read(&mut buffer)?;
            said.extend_from_slice(&buffer[..count]);
            ended = count == 0;
        }
        for does in plan.fault {
            does.missay(&mut said);
        }
        (&mut &*client).write_all(&said)?;
        if plan.fault.contains(&HangsUp) {
            return Ok(());
        }
    }
    std::io::copy(&mut &*server, &mut &*client).map(drop)
}

impl Does {
    /// Whether it happens wherever it can. The others would break many a rule at once, so they happen in
    /// the bytes of the case alone.
    fn is_narrow(&self) -> bool {
        matches!(self, Hears(..))
    }

    /// Changes what was heard.
    fn misread(self, heard: &mut Vec<u8>) {
        *heard = match self {
            Hears(these, those) => replaced(heard, these, those),
            Overlooks(begin) => heard
                .split_inclusive(|&b| b == b'\n')
                .filter(|line| !line.starts_with(begin.as_bytes()))
                .collect::<Vec<_>>()
                .concat(),
            Once(name) => fields(heard, name, |line, count| match count {
                0 => line.to_vec(),
                _ => Vec::new(),
            }),
            Takes(name, value) => fields(heard, name, |_, count| match count {
                0 => format!("{name}: {value}\r\n").into_bytes(),
                _ => Vec::new(),
            }),
            Imagines(field) => {
                let line = heard
                    .iter()
                    .position(|&b| b == b'\n')
                    .map_or(0, |at| at + 1);
                let (line, rest) = heard.split_at(line);
                [line, field.as_bytes(), b"\r\n", rest].concat()
            }
            AnyMethod => first_line(heard, |words| words[0] = b"GET"),
            AnyVersion => first_line(heard, |words| {
                let last = words.len() - 1;
                words[last] = b"HTTP/1.1";
            }),
            Target(target) => first_line(heard, |words| {
                *words = vec![words[0], target.as_bytes(), words[words.len() - 1]];
            }),
            Size(size) => {
                let body = find(heard, b"\r\n\r\n").map_or(heard.len(), |at| at + 4);
                let (head, body) = heard.split_at(body);
                let line = body.iter().position(|&b| b == b'\n').map_or(0, |at| at + 1);
                [head, size.as_bytes(), b"\r\n", &body[line..]].concat()
            }
            Forgets => {
                let head = find(heard, b"\r\n\r\n").map_or(heard.len(), |at| at + 4);
                heard[..head].to_vec()
            }
            Gets => b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            _ => return,
        };
    }

    /// Changes what is said.
    fn missay(self, said: &mut Vec<u8>) {
        let without = |name: &str| fields(said, name, |_, _| Vec::new());
        *said = match self {
            Says(these, those) => replaced(said, these.as_bytes(), those.as_bytes()),
            Omits(name) => without(name),
            Gives(name, value) => without(name)
                .split_inclusive(|&b| b == b'\n')
                .map(|line| match line.starts_with(b"HTTP/1.") {
                    true => [line, format!("{name}: {value}\r\n").as_bytes()].concat(),
                    false => line.to_vec(),
                })
                .collect::<Vec<_>>()
                .concat(),
            Brings(text) => [said, text.as_bytes()].concat(),
            Invites => [b"HTTP/1.1 100 Continue\r\n\r\n", &said[..]].concat(),
            _ => return,
        };
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn replaced(bytes: &[u8], these: &[u8], those: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    let mut rest = bytes;
    while let Some(at) = find(rest, these) {
        all.extend_from_slice(&rest[..at]);
        all.extend_from_slice(those);
        rest = &rest[at + these.len()..];
    }
    [&all[..], rest].concat()
}

/// The first head with its fields of this name changed; `change` gets the line and how many there were
/// before it.
fn fields(bytes: &[u8], name: &str, change: impl Fn(&[u8], usize) -> Vec<u8>) -> Vec<u8> {
    let end = find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2);
    let mut count = 0;
    let mut all = Vec::new();
    for line in bytes[..end].split_inclusive(|&b| b == b'\n') {
        let own = line.split(|&b| b == b':').next().unwrap_or_default();
        if own.eq_ignore_ascii_case(name.as_bytes()) {
            all.extend(change(line, count));
            count += 1;
        } else {
            all.extend_from_slice(line);
        }
    }
    [&all[..], &bytes[end..]].concat()
}

/// The bytes with the words of the first line changed.
fn first_line(bytes: &[u8], change: impl Fn(&mut Vec<&[u8]>)) -> Vec<u8> {
    let end = find(bytes, b"\r\n").unwrap_or(bytes.len());
    let mut words: Vec<&[u8]> = bytes[..end].split(|&b| b == b' ').collect();
    change(&mut words);
    [&words.join(&b' ')[..], &bytes[end..]].concat()
}
