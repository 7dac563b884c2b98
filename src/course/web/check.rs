//! *Check my program*: shows the results of a check as they come.
//!
//! Rule 1: it checks the program that the command line named, or else the one in the workbench.
//! Rule 2: verdict, cause and advice come from `check`.

use crate::plural::count_of;
use std::sync::Arc;
use std::thread;

use super::form::Form;
use super::ladder_rows::{Mark, Rows};
use super::mistake_page::rule_and_advice;
use super::open_pages_and_programs::Live;
use super::page_state::{Page, Turn, Work};
use super::{markup, panel};
use crate::check::diagnosis::Diagnosis;
use crate::check::{CheckError, Conversation, Failure, Outcome, Plan, Report, Run, Side, report};
use crate::course::catalogue::Lab;
use crate::course::progress::{By, Progress};
use crate::course::{plan_exercise_check, workbench};
use crate::limits;
use crate::wire::xml_text;

/// Checks a program now, and again at each save if that is wanted.
pub fn check(live: &Live, page: &Arc<Page>, lab: &'static Lab, form: &Form) -> Result<(), String> {
    let side = match form.get("side") {
        "server" => Side::Server,
        "client" => Side::Client,
        _ => return Err("There is no such side.".to_string()),
    };
    if !lab.exercises().contains(&side) {
        return Err(format!("The exercise of this lab has no {}.", side.word()));
    }
    let watch = form.get("watch") == "on";
    let turn = page.begin(Work::Check);
    let (live, page) = (live.clone(), Arc::clone(page));
    let started = thread::Builder::new().spawn(move || {
        while page.wants(turn) {
            // Before the check: what is saved while it runs counts, too.
            let before = workbench::saved(&[]);
            match live.place() {
                Ok(_place) => once(&live, &page, turn, lab, side),
                Err(why) => page.state("check-state", &why),
            }
            page.log.push("done", "check".to_string());
            if !watch {
                return;
            }
            while page.wants(turn) && workbench::saved(&[]) == before {
                thread::park_timeout(limits::STOP_POLL / 2);
            }
        }
    });
    started
        .map(drop)
        .map_err(|error| format!("the system has no thread for it: {error}"))
}

/// One more hint.
pub fn hint(_: &Live, page: &Arc<Page>, lab: &'static Lab, _: &Form) -> Result<(), String> {
    let system = |error: std::io::Error| error.to_string();
    let progress = Progress::load().map_err(system)?;
    let all = lab.hints.len();
    let seen = (progress.hints(lab) + 1).min(all);
    let hints = lab.hints.iter().take(seen);
    let list: String = hints
        .map(|hint| format!("<li>{}</li>", markup::line(hint)))
        .collect();
    let last = match seen == all {
        true => {
            "<p class=\"note\">That was the last. A whole solution is in the lab's own programs.</p>"
        }
        false => "",
    };
    page.fill(
        "check-hint",
        &format!("<ol class=\"hints\">{list}</ol>{last}"),
    );
    // Without a workbench nothing can be kept; the hint is shown all the same.
    let _ = Progress::update(|progress| progress.set_hints(lab, seen.max(progress.hints(lab))));
    Ok(())
}

fn once(live: &Live, page: &Arc<Page>, turn: Turn, lab: &'static Lab, side: Side) {
    let commands = live.commands();
    let given = match side {
        Side::Server => &commands.server,
        Side::Client => &commands.client,
    };
    let chosen = || plan_exercise_check::chosen(&Progress::load().ok()?, lab, side);
    let by = given.clone().map(By::Command).or_else(chosen);
    let by = by.unwrap_or(By::Workbench);
    page.fill("check-result", "");
    page.fill("check-grid", "");
    page.state(
        "check-state",
        "The program is compiled, if that is needed, and started.",
    );
    let plan = match plan_exercise_check::plan(lab, side, &by) {
        Ok(plan) => plan,
        Err(error) => return not_checked(page, &error),
    };
    page.fill("check-grid", &grid(&plan));
    page.state("check-state", "The check plays the other side.");
    let report = plan.run_watched(&mut |run| {
        page.fill(&cell(&plan, run), mark(run));
        page.wants(turn)
    });
    match report {
        Err(error) => not_checked(page, &error),
        Ok(report) if report.passed() => {
            let noted = plan_exercise_check::note(&report, lab, side, &by);
            let kept = noted.err().map_or(String::new(), |error| {
                format!(" It could not be saved: {error}")
            });
            let count = report.runs.len();
            let what = format!(
                "PASS. Passed, byte for byte: {}.{kept}",
                count_of(count, "run")
            );
            page.fill(
                "check-state",
                &format!("<b class=\"good\">{}</b>", xml_text(&what)),
            );
        }
        Ok(report) => failed(page, &report),
    }
}

/// A check that did not come about.
fn not_checked(page: &Page, error: &CheckError) {
    let text = error.to_string();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let mut html = match rest {
        "" => String::new(),
        rest => format!(
            "<pre class=\"plain\" tabindex=\"0\">{}</pre>",
            xml_text(rest)
        ),
    };
    if let CheckError::NotReady(unready) = error {
        html += &panel::printed("Its last words on stderr", &unready.stderr);
        html += &unready.diagnosis.as_ref().map_or(String::new(), cause);
    }
    page.state("check-state", first);
    page.fill("check-result", &html);
}

/// Every conversation that is played: whether it is a fresh one, and what it is.
fn conversations(plan: &Plan) -> impl Iterator<Item = (bool, &Conversation)> {
    let fresh = plan.then.iter().flat_map(|then| &then.conversations);
    let own = plan.conversations.iter().map(|it| (false, it));
    own.chain(fresh.map(|it| (true, it)))
}

/// Each conversation in each weather: what has passed will be told.
fn grid(plan: &Plan) -> String {
    let rows = conversations(plan).enumerate();
    let rows = rows.map(|(row, (fresh, conversation))| {
        let cells = conversation.weathers.iter().map(|weather| {
            let name = weather.name();
            format!("<li><span class=\"cell\" id=\"cell-{row}-{name}\">·</span> {name}</li>")
        });
        let fresh = match fresh {
            true => " <span class=\"note\">that you have not seen</span>",
            false => "",
        };
        format!(
            "<tr><th scope=\"row\">{}{fresh}</th><td><ul class=\"weathers\">{}</ul></td></tr>",
            xml_text(&conversation.name),
            cells.collect::<String>()
        )
    });
    format!("<table class=\"grid\">{}</table>", rows.collect::<String>())
}

fn cell(plan: &Plan, run: &Run) -> String {
    let mut all = conversations(plan);
    let row = all.position(|(fresh, it)| fresh == run.fresh && it.name == run.name);
    format!("cell-{}-{}", row.unwrap_or_default(), run.weather.name())
}

fn mark(run: &Run) -> &'static str {
    match run.outcome {
        Outcome::Passed => "<b class=\"good\">✓<span class=\"hush\"> passed</span></b>",
        Outcome::Failed(_) => "<b class=\"bad\">✗<span class=\"hush\"> failed</span></b>",
        Outcome::NotRun => "·",
    }
}

fn failed(page: &Page, report: &Report) {
    let Some((run, failure)) = report.failure() else {
        return page.state("check-state", "The check was stopped.");
    };
    let words = report::headline_of(run, failure, report.side);
    let place = format!("FAIL in {}, {}: {words}", run.name, run.weather.name());
    page.fill(
        "check-state",
        &format!("<b class=\"bad\">{}</b>", xml_text(&place)),
    );
    let ending = failure.ending.map_or(String::new(), |ending| {
        format!(
            "<p class=\"note\">The program ended: {}.</p>",
            xml_text(&ending.to_string())
        )
    });
    let said = panel::printed("Its last words on stderr", &failure.stderr);
    let diagnosis = failure.diagnosis.as_ref().map_or(String::new(), cause);
    let text = xml_text(&report::text(report, &[]));
    page.fill(
        "check-result",
        &format!(
            "{ending}{said}{}{diagnosis}<details><summary>As the terminal says it</summary><pre class=\"plain\" \
             tabindex=\"0\">{text}</pre></details>",
            both(failure)
        ),
    );
}

/// Both ladders, side by side, the first different byte marked in both.
fn both(failure: &Failure) -> String {
    let mark = failure.trouble.difference().map(|difference| Mark {
        conn: difference.conn,
        who: difference.who,
        line: difference.line,
        column: difference.column,
    });
    let one = |title: &str, rows: String| {
        format!(
            "<figure><figcaption>{title}</figcaption><div class=\"frame\" tabindex=\"0\" role=\"region\" \
             aria-label=\"{title}\"><ol class=\"ladder\">{rows}</ol></div></figure>"
        )
    };
    format!(
        "<div class=\"both\">{}{}</div>",
        one(
            "Expected",
            Rows::marked(&failure.expected.without_times(), mark)
        ),
        one("Got", Rows::marked(&failure.got.without_times(), mark))
    )
}

/// The cause, the rule, what to try, and where more is said.
fn cause(diagnosis: &Diagnosis) -> String {
    let label = if diagnosis.proven {
        "Cause"
    } else {
        "Likely cause"
    };
    let page = diagnosis.page;
    format!(
        "<div class=\"cause\"><p><b>{label}:</b> {}</p>{}<p><a href=\"/explain/{}\">{} {}: the whole \
         page</a></p></div>",
        markup::line(&diagnosis.cause),
        rule_and_advice(diagnosis.rule, diagnosis.advice),
        page.code,
        page.code,
        page.slug
    )
}
