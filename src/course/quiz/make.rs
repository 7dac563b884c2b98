//! How each kind of question is made.

use super::steps_as_lines::{ConversationStep, lines, steps, transcript};
use super::{Choice, Dice, Draft, Kind, Question, mixed};
use crate::check::diagnosis::{self, Page};
use crate::course::catalogue::Lab;
use crate::wire::{Conn, Difference, DifferenceKind, Event, Transcript, Who, compare_side};

/// One of the lab's conversations, and one of its connections.
fn conversation(lab: &Lab, dice: &mut Dice) -> Option<Vec<ConversationStep>> {
    let made: Vec<Transcript> = lab.scripts.iter().map(transcript).collect();
    let pairs = made
        .iter()
        .flat_map(|it| it.connections().into_iter().map(move |conn| (it, conn)));
    let pairs: Vec<(&Transcript, Conn)> = pairs.collect();
    if pairs.is_empty() {
        return None;
    }
    let (transcript, conn) = dice.one_of(&pairs);
    Some(steps(transcript, *conn))
}

/// A typical wrong answer: what the program said, what was asked for, and the first difference.
struct Mistake {
    got: Transcript,
    page: Option<&'static Page>,
    difference: Difference,
}

fn mistakes(lab: &Lab) -> Vec<Mistake> {
    let read = |(_, text): &(&str, &str)| {
        let got = Transcript::parse(text).ok()?;
        let script = got.heading("script")?;
        let script = lab.scripts.iter().find(|known| known.name == script)?;
        let side = match got.heading("side")? {
            "client" => Who::Client,
            _ => Who::Server,
        };
        let asked_for = transcript(script);
        let difference = compare_side(&asked_for, &got, side)?;
        // A connection too many has nothing to be compared with.
        let is_known = asked_for.connections().contains(&difference.conn);
        is_known.then_some(())?;
        let page = got.heading("expect").and_then(diagnosis::page);
        Some(Mistake {
            got,
            page,
            difference,
        })
    };
    lab.wrong().iter().filter_map(read).collect()
}

/// What does the server say next?
pub(super) fn next(lab: &Lab, dice: &mut Dice) -> Option<Question> {
    let all = conversation(lab, dice)?;
    let is_answer = |at: &usize| all.get(*at).is_some_and(|step| step.who == Who::Server);
    let places: Vec<usize> = (1..all.len()).filter(is_answer).collect();
    if places.is_empty() {
        return None;
    }
    let at = *dice.one_of(&places);
    let (shown, rest) = all.split_at_checked(at)?;
    let right = rest.first()?;
    let (wrong, others) = answers(lab);
    let (wrong, others) = (mixed(wrong, dice), mixed(others, dice));
    // Two mistakes, then what would be right at another place; what begins the right answer is no mistake.
    let first = other_ends(right);
    let (some, more) = wrong.split_at(wrong.len().min(2));
    let wrong = first.iter().chain(some).chain(&others).chain(more);
    let wrong = wrong.filter(|choice| !right.lines.starts_with(&choice.lines));
    let draft = Draft {
        kind: Kind::Next,
        asked: "What does the server say or do next?".to_string(),
        shown: lines(shown),
        right: right.lines.clone(),
        wrong: wrong.cloned().collect(),
        proof: lines(&all),
    };
    Question::of(draft, dice)
}

/// What the server says in the lab's wrong answers and nowhere else, and what it says or does where it is right.
fn answers(lab: &Lab) -> (Vec<Choice>, Vec<Choice>) {
    let by_server = |step: &ConversationStep| step.who == Who::Server;
    let mut wrong: Vec<Choice> = Vec::new();
    for mistake in mistakes(lab) {
        if mistake.difference.who != Who::Server {
            continue;
        }
        let said = steps(&mistake.got, mistake.difference.conn).into_iter();
        let said = said.filter(|step| by_server(step) && step.event.is_none());
        wrong.extend(said.map(|step| Choice {
            lines: step.lines,
            page: mistake.page,
        }));
    }
    let mut right: Vec<ConversationStep> = Vec::new();
    for script in &lab.scripts {
        let it = transcript(script);
        let all = it.connections().into_iter();
        right.extend(all.flat_map(|conn| steps(&it, conn)).filter(by_server));
    }
    wrong.retain(|choice| !right.iter().any(|step| step.lines == choice.lines));
    let right = right.into_iter().map(|step| Choice {
        page: step.event.and_then(too_early),
        lines: step.lines,
    });
    (wrong, right.collect())
}

/// For a step that is an event: other ways to end.
fn other_ends(right: &ConversationStep) -> Vec<Choice> {
    let (Some(_), Some(line)) = (right.event, right.lines.first()) else {
        return Vec::new();
    };
    let number = line.chars().skip(1).take_while(char::is_ascii_digit);
    let number: String = number.collect();
    let ends = [
        (format!("S{number} rst"), "W24"),
        ("~ end".to_string(), "W40"),
    ];
    let choice = |(line, code)| Choice {
        lines: vec![line],
        page: diagnosis::page(code),
    };
    ends.map(choice).into()
}

/// The page of an end where the conversation goes on.
fn too_early(event: Event) -> Option<&'static Page> {
    match event {
        Event::Fin => diagnosis::page("W42"),
        Event::Rst => diagnosis::page("W24"),
        _ => None,
    }
}

/// Which byte is wrong?
pub(super) fn byte(lab: &Lab, dice: &mut Dice) -> Option<Question> {
    let mut all = mistakes(lab);
    all.retain(|mistake| {
        let kinds = [DifferenceKind::Bytes, DifferenceKind::Extra];
        kinds.contains(&mistake.difference.what) && !mistake.difference.got.is_empty()
    });
    if all.is_empty() {
        return None;
    }
    let mistake = dice.one_of(&all);
    let Difference {
        conn, who, offset, ..
    } = mistake.difference;
    let bytes = mistake.got.bytes_of(conn, who);
    let right = place(&bytes, offset)?;
    let page = mistake.page;
    let count = bytes.len() as u64;
    let drawn = (0..12).map(|_| dice.between(0, count - 1) as usize);
    let wrong = drawn
        .collect::<Vec<_>>()
        .into_iter()
        .filter(|at| *at != offset);
    let choice = |at| {
        Some(Choice {
            lines: vec![place(&bytes, at)?],
            page,
        })
    };
    let wrong: Vec<Choice> = wrong.filter_map(choice).collect();
    let shown = lines(&steps(&mistake.got, conn));
    let side = match who {
        Who::Client => "client",
        Who::Server => "server",
    };
    let expected = lab
        .scripts
        .iter()
        .find(|script| Some(script.name) == mistake.got.heading("script"))?;
    let draft = Draft {
        kind: Kind::Byte,
        asked: format!("This {side} has a mistake. Which is the first wrong byte that it sends?"),
        shown,
        right: vec![right],
        wrong,
        proof: lines(&steps(&transcript(expected), conn)),
    };
    Question::of(draft, dice)
}

/// `its line 3, byte 17: 1`
fn place(bytes: &[u8], at: usize) -> Option<String> {
    let (before, rest) = bytes.split_at_checked(at)?;
    let byte = rest.first()?;
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count()
        + 1;
    let shown = match byte {
        b' ' => "a space".to_string(),
        byte => byte.escape_ascii().to_string(),
    };
    Some(format!("its line {line}, byte {column}: {shown}"))
}

/// How does it end?
pub(super) fn end(lab: &Lab, dice: &mut Dice) -> Option<Question> {
    let all = conversation(lab, dice)?;
    let said = all.iter().rposition(|step| step.event.is_none())?;
    let (shown, rest) = all.split_at_checked(said + 1)?;
    let right = lines(rest);
    let first = right.first()?.clone();
    let numbered = |who: char| {
        first
            .get(1..)?
            .split_once(' ')
            .map(|(number, _)| format!("{who}{number}"))
    };
    let (client, server) = (numbered('C')?, numbered('S')?);
    let by_server = first.starts_with('S');
    let open = match by_server {
        true => "W40",
        false => "W39",
    };
    let pairs = [
        (
            vec![format!("{server} fin"), format!("{client} fin")],
            if by_server { "W40" } else { "W42" },
        ),
        (vec![format!("{client} fin"), format!("{server} fin")], open),
        (vec![format!("{server} rst")], "W24"),
        (vec![format!("{client} rst")], "W24"),
        (vec!["~ end".to_string()], open),
    ];
    let wrong = pairs
        .into_iter()
        .filter(|(lines, _)| !right.starts_with(lines));
    let wrong = wrong.map(|(lines, code)| Choice {
        lines,
        page: diagnosis::page(code),
    });
    let draft = Draft {
        kind: Kind::End,
        asked: "All bytes have been sent. How does the connection end?".to_string(),
        shown: lines(shown),
        right: right.clone(),
        wrong: mixed(wrong.collect(), dice),
        proof: lines(&all),
    };
    Question::of(draft, dice)
}

/// In which order?
pub(super) fn order(lab: &Lab, dice: &mut Dice) -> Option<Question> {
    let all = conversation(lab, dice)?;
    let count = all.len().min(4);
    let from = dice.between(0, (all.len() - count) as u64) as usize;
    let window: Vec<&ConversationStep> = all.iter().skip(from).take(count).collect();
    let differ = (1..window.len()).all(|at| {
        window
            .iter()
            .take(at)
            .all(|step| step.lines != window[at].lines)
    });
    if window.len() < 3 || !differ {
        return None;
    }
    // The letters stand for the steps as they are listed, which is not their order.
    let listed = mixed((0..window.len()).collect(), dice);
    let letter = |at: usize| listed.iter().position(|index| *index == at);
    let letters = ["A", "B", "C", "D"];
    let word = |order: &[usize]| {
        let word = order
            .iter()
            .filter_map(|at| letters.get(letter(*at)?).copied());
        word.collect::<Vec<_>>().join(", then ")
    };
    let right: Vec<usize> = (0..window.len()).collect();
    let wrong = (0..8)
        .map(|_| mixed(right.clone(), dice))
        .filter(|it| *it != right);
    let wrong = wrong.collect::<Vec<_>>().into_iter().map(|order| Choice {
        lines: vec![word(&order)],
        page: out_of_order(&window, &order),
    });
    let mut shown = lines(all.get(..from)?);
    if !shown.is_empty() {
        shown.push(String::new());
    }
    for (index, name) in listed.iter().zip(letters) {
        let step = window.get(*index)?;
        let more = if step.lines.len() > 1 { " …" } else { "" };
        let first: String = step.lines.first()?.chars().take(super::WIDTH - 5).collect();
        shown.push(format!("{name}  {first}{more}"));
    }
    let draft = Draft {
        kind: Kind::Order,
        asked: "In which order do these steps come?".to_string(),
        shown,
        right: vec![word(&right)],
        wrong: wrong.collect(),
        proof: lines(&all),
    };
    Question::of(draft, dice)
}

/// The page of the first step that comes before its turn.
fn out_of_order(window: &[&ConversationStep], order: &[usize]) -> Option<&'static Page> {
    let (at, first) = order.iter().enumerate().find(|(at, step)| at != *step)?;
    let step = window.get(*first)?;
    let before = at.checked_sub(1).and_then(|at| window.get(at));
    let is_second = before.is_some_and(|step| step.who == Who::Server && step.event.is_none());
    match (step.event, step.who) {
        (Some(event), Who::Server) => too_early(event),
        (Some(Event::Fin), Who::Client) => diagnosis::page("W85"),
        (None, Who::Server) if is_second => diagnosis::page("W32"),
        _ => None,
    }
}
