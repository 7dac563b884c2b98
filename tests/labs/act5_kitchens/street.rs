//! Two kitchens of lab 29 behind a front, clients that ask without a pause, and a book of all that they did.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};
use std::thread;

use crate::support::peers::DEADLINE;
use crate::support::{bin, soon};
use wirelab::net::Port;

/// What both kitchens and their clients have done so far.
#[derive(Default)]
pub struct Book {
    /// Answers from each kitchen, by its port.
    answers: BTreeMap<String, usize>,
    /// GETs that got no whole answer with 200.
    lost: Vec<String>,
    /// POSTs: how many were sent, and which ones were answered with 200.
    pub sent: usize,
    pub taken: BTreeSet<String>,
    /// The orders that the kitchens wrote down, each as often as it was.
    cooked: BTreeMap<String, usize>,
}

/// A front, two kitchens behind it, and what is known of them.
pub struct Street {
    book: Mutex<Book>,
    over: AtomicBool,
    front: SocketAddr,
    ports: [Port; 2],
    /// Whether the kitchens want a PROXY line.
    proxy: bool,
    /// How many requests each client has behind it.
    done: [AtomicUsize; 3],
}

/// A kitchen whose log is read.
pub struct Kitchen {
    child: Child,
    log: Option<thread::JoinHandle<Vec<String>>>,
}

impl Kitchen {
    fn start(port: u16, proxy: bool) -> Kitchen {
        let mut command = Command::new(bin("lab29-kitchen"));
        command.arg(format!("127.0.0.1:{port}"));
        command.args(proxy.then_some("proxy"));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("a kitchen starts");
        let mut first = String::new();
        let stdout = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(stdout)
            .read_line(&mut first)
            .expect("its first line");
        assert_eq!(first, format!("listening on 127.0.0.1:{port}\n"));
        let stderr = child.stderr.take().expect("stderr is piped");
        let lines = move || {
            BufReader::new(stderr)
                .lines()
                .map_while(Result::ok)
                .collect()
        };
        let log = Some(thread::spawn(lines));
        Kitchen { child, log }
    }

    /// All that it has written, once it has ended.
    fn log(mut self) -> Vec<String> {
        self.child.wait().expect("it can be waited for");
        let log = self.log.take().expect("its log is read once");
        log.join().expect("the reader does not panic")
    }

    /// Ends it at once, in the middle of whatever it does.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it runs");
        self.log()
    }

    /// Types `stop`, and waits until it has ended by itself.
    pub fn stop(mut self) -> Vec<String> {
        let keyboard = self.child.stdin.as_mut().expect("stdin is piped");
        keyboard.write_all(b"stop\n").expect("it is taken");
        let status = self.child.wait().expect("it can be waited for");
        assert!(status.success(), "{status}");
        self.log()
    }
}

impl Drop for Kitchen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request from another address of this machine: its whole answer, or why there is none.
fn request(front: SocketAddr, method: &str, body: &str) -> io::Result<String> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    if cfg!(target_os = "linux") {
        socket.bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into())?;
    }
    socket.connect(&front.into())?;
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(DEADLINE))?;
    let length = body.len();
    let text = format!(
        "{method} / HTTP/1.1\r\nHost: tacos.example\r\nContent-Length: {length}\r\n\
         X-Forwarded-For: 10.6.6.6\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The kitchen and the body of an answer that is 200 and whole.
fn served(answer: &str) -> Option<(&str, &str)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    };
    let whole = field("Content-Length")?.parse() == Ok(body.len());
    let right = head.starts_with("HTTP/1.1 200 ") && whole;
    right.then_some((field("Kitchen")?, body))
}

impl Street {
    pub fn new(front: SocketAddr, ports: [Port; 2], proxy: bool) -> Street {
        Street {
            book: Mutex::default(),
            over: AtomicBool::new(false),
            front,
            ports,
            proxy,
            done: Default::default(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no panic at the book")
    }

    fn kitchen(&self, at: usize) -> Kitchen {
        Kitchen::start(self.ports[at].number, self.proxy)
    }

    /// GETs, one after the other, until it is over.
    fn get(&self, done: &AtomicUsize) {
        let tacos = match cfg!(target_os = "linux") {
            true => "three tacos for 127.0.0.2\n",
            false => "three tacos for 127.0.0.1\n",
        };
        while !self.over.load(Relaxed) {
            let answer = request(self.front, "GET", "").unwrap_or_else(|error| error.to_string());
            let mut book = self.book();
            match served(&answer) {
                Some((kitchen, body)) if body == tacos => {
                    *book.answers.entry(kitchen.to_string()).or_default() += 1;
                }
                _ => book.lost.push(answer),
            }
            done.fetch_add(1, Relaxed);
        }
    }

    /// POSTs, each with an order of its own, until it is over.
    fn post(&self, done: &AtomicUsize) {
        while !self.over.load(Relaxed) {
            let mut book = self.book();
            book.sent += 1;
            let order = format!("order {}", book.sent);
            drop(book);
            let answer = request(self.front, "POST", &order).unwrap_or_default();
            if served(&answer).is_some_and(|(_, body)| body == format!("taken: {order}\n")) {
                self.book().taken.insert(order);
            }
            done.fetch_add(1, Relaxed);
        }
    }

    /// Waits for so many more answers of the kitchen at this place.
    fn wait_for_answers(&self, at: usize, more: usize) {
        let name = self.ports[at].number.to_string();
        let count = || self.book().answers.get(&name).copied().unwrap_or(0);
        let wanted = count() + more;
        assert!(
            soon(|| count() >= wanted),
            "kitchen {at} serves nobody: {:?}",
            self.book().lost.first()
        );
    }

    /// Waits until all requests that are under way have been answered.
    fn wait_for_each_client(&self) {
        let counts = || self.done.each_ref().map(|done| done.load(Relaxed));
        let before = counts();
        let each = soon(|| counts().iter().zip(before).all(|(now, old)| *now > old));
        assert!(each, "a client waits for ever: {:?}", counts());
    }

    /// Waits until the front sends requests to both kitchens.
    fn wait_for_both(&self) {
        let mut seen = BTreeSet::new();
        let both = soon(|| {
            let answer = request(self.front, "GET", "").unwrap_or_default();
            seen.extend(served(&answer).map(|(kitchen, _)| kitchen.to_string()));
            seen.len() == 2
        });
        assert!(both, "only these serve: {seen:?}");
    }

    fn write_down(&self, log: &[String]) {
        let mut book = self.book();
        for line in log {
            if let Some((_, order)) = line.split_once(": order ") {
                *book.cooked.entry(format!("order {order}")).or_default() += 1;
            }
        }
    }

    /// Ends the kitchens in turn, so many times, while clients ask; each is started again.
    pub fn disturb(&self, times: usize, end: impl Fn(Kitchen) -> Vec<String>) -> Book {
        let mut kitchens = [Some(self.kitchen(0)), Some(self.kitchen(1))];
        self.wait_for_both();
        thread::scope(|scope| {
            let [first, second, third] = &self.done;
            scope.spawn(|| self.get(first));
            scope.spawn(|| self.get(second));
            scope.spawn(|| self.post(third));
            let over = EndsClients(&self.over);
            for at in (0..2).cycle().take(times) {
                // Both serve, and no request is under way that has met the end of the other one.
                (0..2).for_each(|at| self.wait_for_answers(at, 3));
                self.wait_for_each_client();
                let ended = kitchens[at].take().expect("it is started again below");
                self.write_down(&end(ended));
                self.wait_for_answers(1 - at, 10);
                kitchens[at] = Some(self.kitchen(at));
            }
            (0..2).for_each(|at| self.wait_for_answers(at, 3));
            assert!(
                soon(|| !self.book().taken.is_empty()),
                "no POST is answered"
            );
            drop(over);
        });
        for kitchen in kitchens.into_iter().flatten() {
            self.write_down(&kitchen.kill());
        }
        std::mem::take(&mut self.book())
    }
}

/// Tells the clients to end, also when a test fails.
struct EndsClients<'a>(&'a AtomicBool);

impl Drop for EndsClients<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl Book {
    /// No GET is lost, and no POST is taken twice, or said to be taken when it was not.
    pub fn check(&self, name: &str, times: usize) {
        let gets: usize = self.answers.values().sum();
        let (sent, taken) = (self.sent, self.taken.len());
        println!(
            "{name}: {times} ends, {gets} GETs, {} lost; {taken} of {sent} POSTs answered",
            self.lost.len()
        );
        assert!(self.lost.is_empty(), "{name}: {:?}", self.lost.first());
        let twice: Vec<_> = self
            .cooked
            .iter()
            .filter(|(_, times)| **times > 1)
            .collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
        let never: Vec<_> = self
            .taken
            .iter()
            .filter(|order| !self.cooked.contains_key(*order))
            .collect();
        assert!(never.is_empty(), "{name}: {never:?}");
    }
}
