//! Your own programs live beside this file, in `src/bin/`: `cargo lab start 1` puts the first there.
//!
//! `cargo exercise` checks all of them, `cargo exercise 9` those of lab 9. It is short for
//! `cargo test --package workbench --lib`, and the function below is that test. Each program is built
//! on its own, so one that does not compile hides no other.

#[cfg(test)]
use std::process::ExitCode;
#[cfg(test)]
use wirelab::check::report;
#[cfg(test)]
use wirelab::course::{plan_exercise_check, progress::By, workbench};

#[cfg(test)]
fn main() -> ExitCode {
    let wanted: Vec<u8> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let mut started = workbench::started();
    started.retain(|(lab, _)| wanted.is_empty() || wanted.contains(&lab.number));
    if started.is_empty() {
        println!(
            "Nothing to check yet: `cargo lab start 1` puts the first exercise into the workbench."
        );
    }
    let mut all_passed = true;
    for (lab, side) in started {
        let by = By::Workbench;
        match plan_exercise_check::plan(lab, side, &by).and_then(|plan| plan.run()) {
            Ok(checked) => {
                println!("{}", report::text(&checked, &[]));
                all_passed &= checked.passed();
                if let Err(error) = plan_exercise_check::note(&checked, lab, side, &by) {
                    eprintln!("{error}");
                }
            }
            Err(error) => {
                println!("FAIL lab {:02} · {error}\n", lab.number);
                all_passed = false;
            }
        }
    }
    if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
