//! Tests a client with difficult answers: does it notice an incomplete response, and does it follow only the
//! redirects that it should follow?
//!
//! Rule 1: the cases are text (see [`case`]) and follow the RFCs. Rule 2: a client is judged by how it
//! ends, by what it prints or saves, and by what it sends.
//! Rule 3: every server here is bounded in bytes and time, and so is the wait for the client.
//! Rule 4: a failure that does not come again is none. A busy machine makes a client slow: an ordinary page
//! shows how slow.

pub mod case;
pub mod report;
pub mod report_formats;
mod script;
mod verdict;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::limits;
use crate::probe::Verdict;
use crate::probe::case::BadCase;
use crate::probe::report::{Kind, Policy};
use crate::probe::verdict::Failure;

use case::ClientCase;
use script::{Site, Visit};

/// How a client ended, and what it printed or saved.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// The exit status; `None`: it did not end in time, or a signal ended it.
    pub status: Option<i32>,
    /// It was ended because it did not end by itself.
    pub hung: bool,
    /// Its output.
    pub output: Vec<u8>,
    /// The last line of its stderr.
    pub complaint: String,
}

/// Runs the client with a URL, for at most so long. `Err`: it cannot be started.
pub type Run<'a> = &'a (dyn Fn(&str, Duration) -> Result<Ran, String> + Sync);

/// What a client is like: found out before the cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientBaseline {
    /// It exits with another status than 0 when nobody listens.
    pub fails: bool,
    /// It follows a redirect.
    pub redirects: bool,
    /// It sends a cookie back.
    pub cookies: bool,
    /// It sends `Authorization` for a user name in the URL.
    pub auth: bool,
    /// How long it takes for an ordinary page.
    pub took: Duration,
}

/// A case and what came of it.
#[derive(Clone, Debug)]
pub struct ClientTried {
    /// The case.
    pub case: ClientCase,
    /// Passed, failed, or left out.
    pub verdict: Verdict,
}

impl ClientTried {
    /// What the verdict is for a reader with this policy.
    pub fn kind(&self, policy: &Policy) -> Kind {
        policy.kind(self.case.name, &self.verdict)
    }
}

/// A probe of a client.
#[derive(Clone, Debug)]
pub struct ClientProbe {
    /// What it is like.
    pub baseline: ClientBaseline,
    /// The cases, in order.
    pub tried: Vec<ClientTried>,
}

/// Tries the cases, some at a time. `Err`: the client cannot be probed at all, and why.
pub fn probe(run: Run, cases: Vec<ClientCase>, at_once: usize) -> Result<ClientProbe, String> {
    let baseline = ClientBaseline::find(run)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(at) else {
                return done;
            };
            done.push(try_one(case, run, baseline).map(|tried| (at, tried)));
        }
    };
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once.max(1)).map(|_| scope.spawn(work)).collect();
        let results = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default());
        results.collect::<Result<Vec<_>, String>>()
    });
    let mut all = all?;
    all.sort_by_key(|(at, _)| *at);
    Ok(ClientProbe {
        baseline,
        tried: all.into_iter().map(|(_, tried)| tried).collect(),
    })
}

/// Tries one case.
fn try_one(case: &ClientCase, run: Run, baseline: ClientBaseline) -> Result<ClientTried, String> {
    let tried = |verdict| ClientTried {
        case: case.clone(),
        verdict,
    };
    let asks_to_fail = case.allow.iter().all(|allow| allow.is_failure());
    let mut needs = case
        .needs
        .iter()
        .copied()
        .chain(asks_to_fail.then_some("fails"));
    if let Some(lack) = needs.find(|need| !baseline.has(need)) {
        return Ok(tried(Verdict::NotApplicable(lack)));
    }
    let mut patience = long_enough(baseline.took);
    let mut failed = None;
    for _ in 0..limits::CLIENT_TRIES {
        let Attempt {
            ran,
            visit,
            failure,
        } = Attempt::at(case, run, patience)?;
        let Some(failure) = failure else {
            return Ok(tried(Verdict::Passed));
        };
        failed = Some(Verdict::Failed {
            failure,
            transcript: visit.transcript.brief(),
        });
        if ran.hung {
            let needed = long_enough(page_takes(run, patience)?);
            if needed <= patience {
                break;
            }
            patience = needed;
        }
    }
    Ok(tried(failed.unwrap_or(Verdict::Passed)))
}

/// One run of the client at a case.
struct Attempt {
    ran: Ran,
    visit: Visit,
    failure: Option<Failure>,
}

impl Attempt {
    fn at(case: &ClientCase, run: Run, patience: Duration) -> Result<Attempt, String> {
        let site = Site::open(case).map_err(|error| format!("{}: {error}", case.name))?;
        let ran = run(&site.url(case), patience)?;
        let visit = site.close();
        let failure = verdict::failure(case, &ran, &visit);
        Ok(Attempt {
            ran,
            visit,
            failure,
        })
    }
}

/// How long a client may take for a case, if it takes so long for an ordinary page.
fn long_enough(page: Duration) -> Duration {
    let enough = limits::CLIENT_PATIENCE.max(limits::CLIENT_SLOWER * page);
    enough.min(limits::CLIENT_LONGEST)
}

/// How long the client takes for an ordinary page now; `most` if it does not end by then.
fn page_takes(run: Run, most: Duration) -> Result<Duration, String> {
    let controls = controls()?;
    let plain = controls.iter().find(|control| control.name == "plain");
    let begun = Instant::now();
    match plain
        .map(|plain| Attempt::at(plain, run, most))
        .transpose()?
    {
        Some(attempt) if attempt.ran.hung => Ok(most),
        _ => Ok(begun.elapsed()),
    }
}

/// The ordinary servers.
fn controls() -> Result<Vec<ClientCase>, String> {
    let file = include_str!("cases/control.cases");
    case::read(file, &[]).map_err(|bad: BadCase| bad.to_string())
}

/// Why a client cannot be probed that does not end at one of the ordinary servers.
fn still_runs(control: &ClientCase, most: Duration) -> String {
    let seconds = most.as_secs();
    let (name, rule) = (control.name, control.rule);
    format!(
        "the client still ran after {seconds} s, in the control case `{name}` ({rule}): if it tries again and \
         again, tell it to try once, as `wget --tries=1` does"
    )
}

impl ClientBaseline {
    /// Runs the client at some ordinary servers.
    fn find(run: Run) -> Result<ClientBaseline, String> {
        let mut passes = Vec::new();
        let mut longest = Duration::ZERO;
        for control in &controls()? {
            let begun = Instant::now();
            let is_plain = control.name == "plain";
            let most = match is_plain {
                true => limits::CLIENT_LONGEST,
                false => long_enough(longest).max(limits::CLIENT_CONTROL),
            };
            let Attempt {
                ran,
                visit,
                failure,
            } = Attempt::at(control, run, most)?;
            if ran.hung && !is_plain {
                return Err(still_runs(control, most));
            }
            if is_plain && visit.requests.is_empty() {
                return Err("the client did not send a request to the URL that it got".to_string());
            }
            if let (Some(failure), "plain") = (&failure, control.name) {
                return Err(format!(
                    "the client does not print an ordinary page and exit with 0: {} ({})",
                    failure.why, ran.complaint
                ));
            }
            if is_plain && begun.elapsed() > limits::CLIENT_SLOW {
                let took = begun.elapsed().as_millis();
                return Err(format!("the client takes {took} ms for an ordinary page"));
            }
            longest = longest.max(begun.elapsed());
            passes.push((control.name, failure.is_none()));
        }
        let passes = |name| passes.contains(&(name, true));
        Ok(ClientBaseline {
            fails: passes("fails"),
            redirects: passes("redirects"),
            cookies: passes("cookies"),
            auth: passes("auth"),
            took: longest,
        })
    }

    /// Whether the client does what a case needs.
    pub fn has(&self, need: &str) -> bool {
        match need {
            "fails" => self.fails,
            "redirects" => self.redirects,
            "cookies" => self.cookies,
            "auth" => self.auth,
            _ => false,
        }
    }

    /// What a reader must know before the verdicts.
    pub fn notices(&self) -> Vec<&'static str> {
        let all = [
            (
                self.fails,
                "it exits with 0 even without a response: cases that must fail are left out",
            ),
            (self.redirects, "it follows no redirect"),
            (self.cookies, "it keeps no cookies"),
            (self.auth, "it sends no Authorization for a user in the URL"),
        ];
        let lacks = all.into_iter().filter(|(has, _)| !has);
        lacks.map(|(_, notice)| notice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    /// A client that follows nothing: it prints the body, and fails without a head.
    fn get(url: &str) -> Ran {
        let place = url
            .trim_start_matches("http://")
            .rsplit('@')
            .next()
            .unwrap();
        let (host, path) = place.split_once('/').unwrap();
        let mut answer = Vec::new();
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|part| part == b"\r\n\r\n");
        Ran {
            status: Some(i32::from(end.is_none())),
            output: answer.split_off(end.map_or(answer.len(), |end| end + 4)),
            ..Ran::default()
        }
    }

    /// Probes a client with the case `length`. `otherwise` says what its runs after the ordinary servers
    /// are, if not right; the number of these runs comes back, too.
    fn probe_of(otherwise: impl Fn(usize) -> Option<Ran> + Sync) -> (Verdict, usize) {
        let ordinary = controls().unwrap().len();
        let runs = AtomicUsize::new(0);
        let run = |url: &str, _| {
            let ran = get(url);
            let number = runs.fetch_add(1, Ordering::Relaxed);
            let later = number.checked_sub(ordinary);
            Ok(later.and_then(&otherwise).unwrap_or(ran))
        };
        let mut cases = case::cases().unwrap();
        cases.retain(|case| case.name == "length");
        let mut done = probe(&run, cases, 1).unwrap();
        let count = runs.load(Ordering::Relaxed) - ordinary;
        (done.tried.remove(0).verdict, count)
    }

    fn hung() -> Option<Ran> {
        Some(Ran {
            hung: true,
            ..Ran::default()
        })
    }

    #[test]
    fn a_failure_that_does_not_come_again_is_none() {
        let refused = |number| {
            (number == 0).then(|| Ran {
                status: Some(28),
                ..Ran::default()
            })
        };
        let (verdict, runs) = probe_of(refused);
        assert!(matches!(verdict, Verdict::Passed), "{verdict:?}");
        assert_eq!(runs, 2);
    }

    #[test]
    fn a_client_hangs_if_it_takes_an_ordinary_page_quickly_meanwhile() {
        let (verdict, runs) = probe_of(|number| if number == 0 { hung() } else { None });
        let Verdict::Failed { failure, .. } = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!((&failure.why[..], runs), ("it does not end", 2));
    }

    #[test]
    fn on_a_machine_that_is_busy_a_client_gets_more_time() {
        // Neither the case nor the ordinary page ends in time; then the case does.
        let (verdict, runs) = probe_of(|number| if number < 2 { hung() } else { None });
        assert!(matches!(verdict, Verdict::Passed), "{verdict:?}");
        assert_eq!(runs, 3);
    }
}
