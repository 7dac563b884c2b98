//! `cargo bench --bench serve`: `wirelab serve` beside nginx, nginx with its cache of open files, lighttpd, and
//! a thread for each client as in the Rust Book; in turns, in one run. The servers run on one core, wrk on
//! another. `WIRELAB_ROUNDS` and `WIRELAB_SECONDS` make it shorter or longer, `WIRELAB_ROWS=64,close` picks rows
//! of `1 64 512 close 64k 100m half all512 share growth`.

mod book;
mod crowd;
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
        let skipped = |index: &usize| servers::LOGGING.contains(index) && !row.with_log();
        let figures = in_turns(rounds, servers.len(), skipped, |index| {
            load::measure(&servers[index], row, seconds)
        });
        show(row, &servers, &figures);
    }
    let no_log = |index: &usize| servers::LOGGING.contains(index);
    if wanted("half") {
        let all = |_: &usize| false;
        let quiet = &servers[..servers::LOGGING[0]];
        let figures = in_turns(rounds, quiet.len(), all, |index| {
            half::measure(&quiet[index])
        });
        half::show(quiet, &figures);
    }
    if wanted("all512") {
        let figures = in_turns(rounds * 3, servers.len(), no_log, |index| {
            crowd::all_at_once(&servers[index])
        });
        let title = "512 connections that ask at once: milliseconds until all have their answers";
        crowd::show(title, &servers, &figures);
    }
    if wanted("share") {
        let figures = in_turns(rounds, servers.len(), no_log, |index| {
            crowd::fair_share(&servers[index], seconds)
        });
        let title = "Requests of the slowest of 64 connections, as a part of the fastest one's";
        crowd::show(title, &servers, &figures);
    }
    if wanted("growth") {
        crowd::growth(&servers, rounds.min(3), seconds);
    }
    println!("A higher rate is better; of all else, less is.");
}

/// Measures each server once a round; one list of figures a server.
fn in_turns<F: Clone>(
    rounds: usize,
    servers: usize,
    skipped: impl Fn(&usize) -> bool,
    measure: impl Fn(usize) -> F,
) -> Vec<Vec<F>> {
    let mut figures = vec![Vec::new(); servers];
    for round in 0..rounds {
        for index in order(round, servers) {
            if !skipped(&index) {
                figures[index].push(measure(index));
            }
        }
    }
    figures
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
        "  {:<15} {:>24} {:>5} {:>8} {:>5} {:>7} {:>5} {:>7}",
        "", "requests/s", "ratio", "CPU us", "ratio", "99 % ms", "ratio", "MiB"
    );
    let of = |index: usize, what: fn(&Figures) -> f64| -> Vec<f64> {
        figures[index].iter().map(what).collect()
    };
    let middle = |index: usize, what: fn(&Figures) -> f64| median(&of(index, what));
    let (rate, cpu, slowest) = (
        |it: &Figures| it.rate,
        |it: &Figures| it.cpu,
        |it: &Figures| it.slowest,
    );
    let measured = |index: &usize| !figures[*index].is_empty();
    for index in (0..servers.len()).filter(measured) {
        // Those with a log are compared with each other.
        let base = match servers::LOGGING.contains(&index) {
            true => servers::LOGGING[1],
            false => servers::NGINX,
        };
        println!(
            "  {:<15} {:>24} {:>5.2} {:>8.1} {:>5.2} {:>7.2} {:>5.2} {:>7.1}",
            servers[index].name,
            three(&of(index, rate)),
            middle(index, rate) / middle(base, rate),
            middle(index, cpu),
            middle(index, cpu) / middle(base, cpu),
            middle(index, slowest),
            middle(index, slowest) / middle(base, slowest),
            middle(index, |it| it.memory),
        );
    }
    for (quiet, logging) in [servers::WIRELAB, servers::NGINX]
        .into_iter()
        .zip(servers::LOGGING)
    {
        if measured(&logging) {
            let ratio = middle(logging, rate) / middle(quiet, rate);
            println!(
                "  {} against {}: {ratio:.2}",
                servers[logging].name, servers[quiet].name
            );
        }
    }
    println!();
}
