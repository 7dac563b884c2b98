//! `cargo bench --bench serve`: `wirelab serve` beside nginx, nginx with its cache of open files, and a
//! thread a client as in the Rust Book; in turns, in one run. The servers run on one core, wrk on another.
//! `WIRELAB_ROUNDS` and `WIRELAB_SECONDS` make it shorter or longer, `WIRELAB_ROWS=64,close` picks rows.

mod book;
mod half;
mod load;
mod servers;
#[path = "../support/mod.rs"]
mod support;

use load::{Figures, ROWS, Row};
use servers::Server;
use support::{have, median, number, three};

fn main() {
    if std::env::args().any(|word| word == book::WORD) {
        return book::serve();
    }
    for tool in ["nginx", "wrk", "taskset"] {
        if !have(tool) {
            println!("serve: skipped, {tool} is not installed");
            return;
        }
    }
    let rounds = number("WIRELAB_ROUNDS", 7);
    let seconds = number("WIRELAB_SECONDS", 2);
    let only = std::env::var("WIRELAB_ROWS").unwrap_or_default();
    let wanted = |name: &str| only.is_empty() || only.split(',').any(|it| it == name);
    let servers = servers::all();
    println!("serve: {rounds} rounds of {seconds} s in turns; min / median / max; ratio of the");
    println!("medians to nginx without its cache of open files\n");
    for row in ROWS.iter().filter(|row| wanted(row.name)) {
        let mut figures = vec![Vec::new(); servers.len()];
        for round in 0..rounds {
            for index in order(round, servers.len()) {
                figures[index].push(load::measure(&servers[index], row, seconds));
            }
        }
        show(row, &servers, &figures);
    }
    if wanted("half") {
        let mut figures = vec![Vec::new(); servers.len()];
        for round in 0..rounds {
            for index in order(round, servers.len()) {
                figures[index].push(half::measure(&servers[index]));
            }
        }
        half::show(&servers, &figures);
    }
    println!("A higher rate is better; of all else, less is.");
}

/// Every other round the other way round, so that no server is always the first after a pause.
fn order(round: usize, count: usize) -> Vec<usize> {
    match round % 2 {
        0 => (0..count).collect(),
        _ => (0..count).rev().collect(),
    }
}

fn show(row: &Row, servers: &[Server], figures: &[Vec<Figures>]) {
    println!("{}", row.title);
    println!(
        "  {:<14} {:>24} {:>5} {:>8} {:>5} {:>7} {:>7}",
        "", "requests/s", "ratio", "CPU us", "ratio", "99 % ms", "MiB"
    );
    let of = |index: usize, what: fn(&Figures) -> f64| -> Vec<f64> {
        figures[index].iter().map(what).collect()
    };
    let (rate, cpu) = (|it: &Figures| it.rate, |it: &Figures| it.cpu);
    let base = servers::NGINX;
    for (index, server) in servers.iter().enumerate() {
        println!(
            "  {:<14} {:>24} {:>5.2} {:>8.1} {:>5.2} {:>7.2} {:>7.1}",
            server.name,
            three(&of(index, rate)),
            median(&of(index, rate)) / median(&of(base, rate)),
            median(&of(index, cpu)),
            median(&of(index, cpu)) / median(&of(base, cpu)),
            median(&of(index, |it| it.slowest)),
            median(&of(index, |it| it.memory)),
        );
    }
    println!();
}
