//! Six heads, read by `wirelab::http::head` and by httparse, in turns in one process.

mod heads;

use std::hint::black_box;
use std::time::Instant;

use wirelab::http::Parsed;
use wirelab::http::head::HeadParser;

/// How often everything is measured; odd, so that there is a middle.
const ROUNDS: usize = 301;

/// How many heads one measurement reads. Short, so that most are over before the system gives the
/// processor to somebody else.
const CALLS: u32 = 200;

/// Nanoseconds a head of one contestant, one figure a round.
type Times = Vec<f64>;

fn main() {
    println!("parse: nanoseconds a head, {ROUNDS} rounds in turns; ratio of the medians\n");
    println!(
        "{:<12} {:>5} {:>6}   {:>20}   {:>20}   {:>5}",
        "head", "bytes", "fields", "wirelab min/med/max", "httparse min/med/max", "ratio"
    );
    let mut worst: f64 = 0.0;
    for head in heads::all() {
        let (ours, theirs) = race(&head.bytes);
        let ratio = median(&ours) / median(&theirs);
        worst = worst.max(ratio);
        let (name, length, fields) = (head.name, head.bytes.len(), count(&head.bytes));
        let (ours, theirs) = (figures(&ours), figures(&theirs));
        println!("{name:<12} {length:>5} {fields:>6}   {ours:>20}   {theirs:>20}   {ratio:>5.2}");
    }
    println!("\nworst ratio {worst:.2} (goal 1.00, at most 1.40; less is faster)");
}

/// Measures both contestants in turns, who goes first changing each round.
fn race(bytes: &[u8]) -> (Times, Times) {
    let mut parser = HeadParser::new();
    let mut ours = || {
        let progress = parser.request(black_box(bytes));
        let Ok(Parsed::Done { value, used }) = progress else {
            panic!("wirelab refuses a head of the benchmark");
        };
        black_box((value, used));
    };
    // Both keep their list of fields from head to head, as a server would for a connection.
    let mut fields = [httparse::EMPTY_HEADER; 100];
    let mut theirs = || {
        let mut request = httparse::Request::new(&mut fields);
        let status = request.parse(black_box(bytes));
        assert!(matches!(status, Ok(httparse::Status::Complete(_))));
        black_box(&request);
    };
    let (mut our_times, mut their_times) = (Times::new(), Times::new());
    measure(&mut ours);
    measure(&mut theirs);
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            our_times.push(measure(&mut ours));
            their_times.push(measure(&mut theirs));
        } else {
            their_times.push(measure(&mut theirs));
            our_times.push(measure(&mut ours));
        }
    }
    (our_times, their_times)
}

/// Nanoseconds a call.
fn measure(call: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_nanos() as f64 / f64::from(CALLS)
}

fn median(times: &Times) -> f64 {
    let mut sorted = times.clone();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn figures(times: &Times) -> String {
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    let most = times.iter().copied().fold(0.0, f64::max);
    format!("{least:.0} / {:.0} / {most:.0}", median(times))
}

fn count(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| pair == b"\r\n").count() - 2
}
