//! `cargo bench --bench wire`: what the notation costs, in nanoseconds a byte of what was said. 100 MiB
//! of text, of random bytes, and of letters beyond ASCII are written, read back, compared and matched
//! with masks; beside them `xxd`, which writes the same kind of rows, and a plain comparison of memory.
//! `WIRELAB_MEBIBYTES` makes it shorter or longer.

mod support;

use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use support::{have, median, number, stay_on_core};
use wirelab::wire::notation::render_entry_into;
use wirelab::wire::{Mask, Transcript, Who, compare};

/// Each figure is the middle of so many.
const ROUNDS: usize = 3;
/// What one read of a tap brings at most; each is a chunk.
const CHUNK: usize = 64 * 1024;

fn main() {
    let size = number("WIRELAB_MEBIBYTES", 100) << 20;
    stay_on_core("1");
    println!(
        "wire: nanoseconds a byte, {} MiB, median of {ROUNDS}\n",
        size >> 20
    );
    println!(
        "{:<8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "bytes", "render", "whole", "parse", "compare", "pattern", "xxd", "memcmp"
    );
    for (name, bytes) in [
        ("text", text(size)),
        ("random", random(size)),
        ("letters", letters(size)),
    ] {
        let said = spoken(&bytes);
        let written = said.render();
        let pattern = with_masks(&bytes);
        let other = bytes.clone();
        let ns = |work: &mut dyn FnMut()| per_byte(size, work);
        // As a recording does it: each chunk into the one buffer.
        let mut out = Vec::new();
        let render = ns(&mut || {
            for entry in said.entries() {
                out.clear();
                render_entry_into(&mut out, entry);
                black_box(&out);
            }
        });
        let whole = ns(&mut || drop(black_box(said.render())));
        let parse = ns(&mut || drop(black_box(Transcript::parse(&written))));
        let same = ns(&mut || assert!(compare(&said, &said).is_none()));
        let masks = ns(&mut || assert!(compare(&pattern, &said).is_none()));
        let xxd = if have("xxd") {
            ns(&mut || xxd(&bytes))
        } else {
            f64::NAN
        };
        let memcmp = ns(&mut || assert!(black_box(&bytes) == black_box(&other)));
        println!(
            "{name:<8} {render:>7.2} {whole:>7.2} {parse:>7.2} {same:>7.2} {masks:>7.2} {xxd:>7.2} {memcmp:>7.2}"
        );
    }
    println!("\ngoal: render at most 2.00 (TRANSCRIPT.md)");
}

/// The middle time of the rounds, in nanoseconds a byte.
fn per_byte(size: usize, work: &mut dyn FnMut()) -> f64 {
    let round = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64() * 1e9 / size as f64
    };
    median(&(0..ROUNDS).map(round).collect::<Vec<f64>>())
}

/// A server that says all of it, in chunks as a tap reads them.
fn spoken(bytes: &[u8]) -> Transcript {
    let mut said = Transcript::new();
    for chunk in bytes.chunks(CHUNK) {
        said.push_bytes(1, Who::Server, chunk);
        said.push_gap(wirelab::wire::Gap::Untimed);
    }
    said
}

/// The same with a hole in every chunk.
fn with_masks(bytes: &[u8]) -> Transcript {
    let mut said = Transcript::new();
    for chunk in bytes.chunks(CHUNK) {
        let (start, rest) = chunk.split_at(chunk.len().min(100));
        let (hole, end) = rest.split_at(rest.len().min(20));
        said.push_bytes(1, Who::Server, start);
        let count = hole.len() as u64;
        said.push_mask(
            1,
            Who::Server,
            Mask::Bytes {
                min: count,
                max: count,
            },
        );
        said.push_bytes(1, Who::Server, end);
        said.push_gap(wirelab::wire::Gap::Untimed);
    }
    said
}

fn xxd(bytes: &[u8]) {
    let mut command = Command::new("xxd");
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut child = child.expect("xxd starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(bytes));
    });
    child.wait().expect("xxd ends");
}

/// A row of numbers that looks like chance.
fn dice() -> impl FnMut() -> u8 {
    let mut state = 1u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    }
}

fn random(size: usize) -> Vec<u8> {
    let mut dice = dice();
    (0..size).map(|_| dice()).collect()
}

/// Lines of 64 letters.
fn text(size: usize) -> Vec<u8> {
    let mut dice = dice();
    let letter = |at: usize| {
        if at % 64 == 63 {
            b'\n'
        } else {
            b'a' + dice() % 26
        }
    };
    (0..size).map(letter).collect()
}

/// Lines of 32 two-byte letters.
fn letters(size: usize) -> Vec<u8> {
    let mut dice = dice();
    let byte = |at: usize| match at % 64 {
        63 => b'\n',
        62 => b' ',
        even if even % 2 == 0 => 0xc3,
        _ => 0xa0 + dice() % 32,
    };
    (0..size).map(byte).collect()
}
