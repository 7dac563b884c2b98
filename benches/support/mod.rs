//! What several benchmarks share: pinning, waiting, figures, and saying what is missing.

#![allow(dead_code, reason = "each benchmark uses some of it")]

use std::fs;
use std::process::{Child, Command};

/// A program that ends with the value.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether this tool is on this machine.
pub fn have(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

/// A number from the environment, to make a benchmark shorter or longer.
pub fn number(name: &str, otherwise: usize) -> usize {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Whether there are two cores to pin to, and the tool for it.
pub fn can_pin() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    cores >= 2 && have("taskset")
}

/// A command that runs on one core, where that can be had.
pub fn on_core(core: &str, program: &str) -> Command {
    if !can_pin() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", core, program]);
    command
}

/// Puts this process on one core; threads that are started later are there, too.
pub fn stay_on_core(core: &str) {
    if can_pin() {
        let own = std::process::id().to_string();
        let _ = Command::new("taskset").args(["-cp", core, &own]).output();
    }
}

/// The largest resident memory of a process so far, in KiB (proc(5)); 0 where that cannot be asked.
pub fn peak_memory(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmHWM:"));
    let word = line.and_then(|line| line.split_whitespace().nth(1));
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// The middle one.
pub fn median(figures: &[f64]) -> f64 {
    let sorted = sorted(figures);
    sorted[sorted.len() / 2]
}

/// `least / middle / most`
pub fn three(figures: &[f64]) -> String {
    let sorted = sorted(figures);
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    let digits = if most < 10.0 { 2 } else { 0 };
    let middle = sorted[sorted.len() / 2];
    format!("{least:.digits$} / {middle:.digits$} / {most:.digits$}")
}

fn sorted(figures: &[f64]) -> Vec<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}
