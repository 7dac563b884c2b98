//! Opens thousands of connections with half a request each, sends correct requests between them, and measures
//! their times.

use std::time::{Duration, Instant};

use crate::limits;
use crate::net::{Cause, RecordedStream, SocketError};
use crate::probe::Target;
use crate::probe::answers::{Answer, Answers};
use crate::probe::exchange::{Heard, plain};
use crate::probe::server_features::Baseline;

/// Half a request each.
pub struct Crowd {
    lines: Vec<RecordedStream>,
    /// Connections that our own system did not give us any more.
    pub refused: usize,
    since: Instant,
}

/// Honest requests, each on a connection of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Honest {
    /// Answered with 2xx, whole, and with the same bytes as before if the entity tag says that they are.
    pub answered: usize,
    /// Not answered so.
    pub failed: usize,
    /// The middle one of their times, from `connect` to the whole answer.
    pub median: Duration,
    /// The longest.
    pub longest: Duration,
}

/// How the half requests were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentAway {
    /// With 408 (Request Timeout).
    pub told: usize,
    /// With another answer, such as 503.
    pub otherwise: usize,
    /// Without a word.
    pub silently: usize,
    /// Still there at the end.
    pub stay: usize,
    /// When the last of them had been answered for certain, since all were connected.
    pub after: Duration,
}

impl Crowd {
    /// Opens `size` connections, as far as the system has them.
    pub fn gather(target: &Target, baseline: &Baseline, size: usize) -> Result<Crowd, SocketError> {
        let half = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nX-",
            baseline.path, baseline.host
        );
        let mut crowd = Crowd {
            lines: Vec::new(),
            refused: 0,
            since: Instant::now(),
        };
        while crowd.lines.len() + crowd.refused < size {
            match RecordedStream::call(target.addr, limits::IO_DEADLINE, None) {
                Ok(mut line) => {
                    let _ = line.write(half.as_bytes());
                    crowd.lines.push(line);
                }
                // The descriptors are ours, not the server's: the crowd is as large as can be.
                Err(error) if error.cause == Cause::NoDescriptors => {
                    crowd.lines.truncate(crowd.lines.len().saturating_sub(50));
                    crowd.refused = size - crowd.lines.len();
                }
                Err(error) => return Err(error),
            }
        }
        crowd.since = Instant::now();
        Ok(crowd)
    }

    /// How many there are.
    pub fn size(&self) -> usize {
        self.lines.len()
    }

    /// Waits until `until` for the server to send them away.
    pub fn wait(self, until: Instant) -> SentAway {
        let mut away = SentAway::default();
        let mut buffer = [0; 16];
        for mut line in self.lines {
            let left = until.saturating_duration_since(Instant::now());
            let read = match left.is_zero() {
                true => line.read_now(&mut buffer),
                false => line.read(&mut buffer, left),
            };
            match read {
                Ok(0) => away.silently += 1,
                Ok(_) if buffer.starts_with(b"HTTP/1.1 408") => away.told += 1,
                Ok(_) => away.otherwise += 1,
                Err(crate::net::IoFailure::Silent) => {
                    away.stay += 1;
                    continue;
                }
                Err(_) => away.silently += 1,
            }
            away.after = self.since.elapsed();
        }
        away
    }
}

/// Asks so often, or for [`limits::STORM_CONTROL_TIME`] if the server is slow, and for as long as `others`
/// are there, and times it. When [`limits::STORM_GIVE_UP`] requests failed, it is enough.
pub fn honest(
    target: &Target,
    baseline: &Baseline,
    count: usize,
    others: impl Fn() -> bool,
) -> Result<Honest, SocketError> {
    let mut honest = Honest::default();
    let mut times = Vec::new();
    let since = Instant::now();
    while (are_too_few(times.len(), count, since.elapsed()) || others())
        && honest.failed < limits::STORM_GIVE_UP
    {
        let begun = Instant::now();
        let good = one(target, baseline, begun + limits::IO_DEADLINE)?;
        times.push(begun.elapsed());
        match good {
            true => honest.answered += 1,
            false => honest.failed += 1,
        }
    }
    times.sort_unstable();
    honest.median = times.get(times.len() / 2).copied().unwrap_or_default();
    honest.longest = times.last().copied().unwrap_or_default();
    Ok(honest)
}

/// Whether these requests in this time are too few, where `count` are wanted.
fn are_too_few(done: usize, count: usize, time: Duration) -> bool {
    let is_slow = time > limits::STORM_CONTROL_TIME;
    done < count && !(is_slow && done >= limits::STORM_CONTROL_LEAST)
}

/// One honest request; whether it is answered as it should be.
fn one(target: &Target, baseline: &Baseline, until: Instant) -> Result<bool, SocketError> {
    let mut stream = RecordedStream::call(target.addr, limits::IO_DEADLINE, None)?;
    let get = baseline.fill(&plain("GET", "Connection: close\r\n"));
    let _ = stream.write(get.as_bytes());
    let (mut heard, mut answers) = (Heard::default(), Answers::default());
    heard.hear(&mut stream, until, 2 * baseline.most(), |bytes| {
        answers.read_on(bytes, &["GET"], false);
        !answers.whole.is_empty() || answers.fault.is_some()
    });
    answers.read_on(&heard.bytes, &["GET"], heard.end.is_some());
    Ok(answers.whole.iter().any(|it| is_right(it, baseline)))
}

fn is_right(answer: &Answer, baseline: &Baseline) -> bool {
    let plain = &baseline.plain;
    let same = baseline.has("strong-etag") && answer.field("ETag") == plain.field("ETag");
    answer.status / 100 == 2 && (!same || answer.body == plain.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_server_gets_fewer_requests_and_not_too_few() {
        let long = limits::STORM_CONTROL_TIME * 2;
        assert!(are_too_few(99, 100, Duration::ZERO));
        assert!(!are_too_few(100, 100, Duration::ZERO));
        assert!(are_too_few(limits::STORM_CONTROL_LEAST - 1, 100, long));
        assert!(!are_too_few(limits::STORM_CONTROL_LEAST, 100, long));
    }
}
