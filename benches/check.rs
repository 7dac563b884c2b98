//! `cargo bench --bench check`: how long a learner waits for a verdict. The check of lab 9 with the
//! lab's own programs, all weathers, and the check of all labs, in turns. `WIRELAB_ROUNDS` makes it
//! shorter or longer.

mod support;

use std::process::{Command, Stdio};
use std::time::Instant;

use support::{median, number, three};

/// What is measured: a name for the table, the words, and the most seconds that it may take
/// (none: nobody waits for it).
const ROWS: [(&str, &[&str], Option<f64>); 2] = [
    ("lab 9", &["check", "9", "--reference"], Some(1.0)),
    ("all labs", &["check", "--all", "--reference"], Some(25.0)),
];

fn main() {
    let rounds = number("WIRELAB_ROUNDS", 7);
    let mut seconds = ROWS.map(|_| Vec::new());
    for _ in 0..rounds {
        for ((name, words, _), seconds) in ROWS.iter().zip(&mut seconds) {
            match measure(words) {
                Some(took) => seconds.push(took),
                None => {
                    println!("check: skipped, the check of {name} does not pass here");
                    return;
                }
            }
        }
    }
    println!("check: {rounds} rounds in turns; seconds, min / median / max\n");
    println!(
        "{:<10} {:>24} {:>8} {:>6}",
        "", "seconds", "at most", "ratio"
    );
    for ((name, _, most), seconds) in ROWS.iter().zip(&seconds) {
        let most_and_ratio = most.map_or(format!("{:>8} {:>6}", "-", "-"), |most| {
            format!("{most:>8.2} {:>6.2}", median(seconds) / most)
        });
        println!("{name:<10} {:>24} {most_and_ratio}", three(seconds));
    }
}

/// Seconds that a check took; `None` when it did not pass.
fn measure(words: &[&str]) -> Option<f64> {
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirelab"));
    let status = command
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let passed = status.is_ok_and(|status| status.success());
    passed.then(|| started.elapsed().as_secs_f64())
}
