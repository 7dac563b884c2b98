//! `cargo lab quiz N`: questions about a lab, until the learner has enough.
//!
//! Rule: the course makes the questions; here they are asked.

use super::lab::lab_at;
use super::{Args, Command, CommandOutcome, Opt, Screen, Style, WrongUse, explain};
use anyhow::Result;
use std::io::{BufRead, Read, Write};
use wirelab::course::fresh;
use wirelab::course::quiz::{self, Question};
use wirelab::limits;

/// `cargo lab quiz N`
pub const COMMAND: Command = Command {
    name: "quiz",
    places: &["N"],
    sentence: "ask you about lab N: what comes next, what is wrong",
    more: "The questions are made from the lab's conversations and from typical wrong\nanswers. Answer with a \
        letter, or with q to stop. After a wrong answer, quiz\nsays what the mistake is.",
    options: &[Opt {
        name: "--seed",
        value: Some("S"),
        sentence: "ask the questions of this number again",
    }],
    run,
};

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let lab = lab_at(args, 0)?;
    let seed = match args.value_text("--seed")? {
        None => fresh::new_seed(),
        Some(text) => text
            .parse()
            .map_err(|_| WrongUse(format!("this is not a number for --seed: `{text}`")))?,
    };
    let heading = format!("Lab {} · {}", lab.number, lab.title);
    writeln!(screen, "{}", screen.style(Style::Bold, &heading))?;
    writeln!(
        screen,
        "`cargo lab quiz {} --seed {seed}` asks the same questions.",
        lab.number
    )?;
    let mut stdin = std::io::stdin().lock();
    let (mut right, mut asked) = (0, 0);
    while let Some(question) = quiz::question(lab, seed, asked) {
        ask(&question, asked + 1, screen)?;
        let Some(chosen) = answer(&question, &mut stdin, screen)? else {
            break;
        };
        asked += 1;
        if chosen == question.right {
            right += 1;
            writeln!(screen, "{}", screen.style(Style::Good, "Right."))?;
        } else {
            explained(&question, chosen, screen)?;
        }
    }
    writeln!(screen, "\n{right} of {asked} right.")?;
    Ok(CommandOutcome::Passed)
}

fn ask(question: &Question, number: u64, screen: &mut Screen) -> Result<()> {
    let asked = format!("\n{number}. {}\n", question.asked);
    writeln!(screen, "{}", screen.style(Style::Bold, &asked))?;
    for line in &question.shown {
        writeln!(screen, "{}", format!("    {line}").trim_end())?;
    }
    writeln!(screen)?;
    for (letter, choice) in ('a'..).zip(&question.choices) {
        for (index, line) in choice.lines.iter().enumerate() {
            match index {
                0 => writeln!(screen, " {letter}  {line}")?,
                _ => writeln!(screen, "    {line}")?,
            }
        }
    }
    writeln!(screen)?;
    Ok(())
}

/// The choice that the learner makes; `None`: enough.
fn answer(
    question: &Question,
    stdin: &mut impl BufRead,
    screen: &mut Screen,
) -> Result<Option<usize>> {
    loop {
        let last = char::from(b'a' + (question.choices.len() - 1) as u8);
        write!(screen, "a to {last}, or q: ")?;
        screen.flush()?;
        let mut line = Vec::new();
        // A line without an end is no answer.
        stdin
            .take(limits::MAX_ANSWER)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            writeln!(screen)?;
            return Ok(None);
        }
        match line.trim_ascii() {
            b"q" | b"Q" => return Ok(None),
            [letter] => {
                let at = letter
                    .to_ascii_lowercase()
                    .checked_sub(b'a')
                    .map(usize::from);
                if let Some(at) = at.filter(|at| *at < question.choices.len()) {
                    return Ok(Some(at));
                }
            }
            _ => {}
        }
    }
}

/// What the mistake is, and what is right.
fn explained(question: &Question, chosen: usize, screen: &mut Screen) -> Result<()> {
    let letter = char::from(b'a' + question.right as u8);
    let text = format!("Not this one: {letter} is right.");
    writeln!(screen, "{}\n", screen.style(Style::Bad, &text))?;
    if let Some(page) = question.choices.get(chosen).and_then(|choice| choice.page) {
        explain::show(page, screen)?;
        writeln!(screen)?;
    }
    writeln!(screen, "The conversation of the lab:\n")?;
    for line in &question.proof {
        writeln!(screen, "    {line}")?;
    }
    Ok(())
}
