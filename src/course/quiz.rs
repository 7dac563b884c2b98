//! Questions about a lab, made from its transcripts and its typical wrong answers: what does the server say next,
//! which byte is wrong, how does it end, in which order.
//!
//! Rule 1: a lab, a seed and a number give the same question everywhere; there is no last number.
//! Rule 2: exactly one choice is right, because the transcript says so; nothing else is judged here.
//! Rule 3: a wrong choice leads to the page of its mistake, where the mistake has a code, and always to the lines
//! of the right conversation.

mod make;
mod steps_as_lines;

use super::catalogue::Lab;
use super::fresh::dice::Dice;
use crate::check::diagnosis::Page;

/// One question.
#[derive(Clone, Debug)]
pub struct Question {
    /// What kind it is.
    pub kind: Kind,
    /// The sentence that asks.
    pub asked: String,
    /// The lines of the conversation that belong to it, in the notation.
    pub shown: Vec<String>,
    /// Two to four.
    pub choices: Vec<Choice>,
    /// Which of them is right.
    pub right: usize,
    /// The lines of the conversation that prove it.
    pub proof: Vec<String>,
}

/// One answer that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its lines: the notation, or words.
    pub lines: Vec<String>,
    /// The page of the mistake that it would be.
    pub page: Option<&'static Page>,
}

/// The kinds of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What does the server say next?
    Next,
    /// Which byte is wrong?
    Byte,
    /// How does it end?
    End,
    /// In which order?
    Order,
}

impl Kind {
    /// All, in the order in which they take turns.
    pub const ALL: [Kind; 4] = [Kind::Next, Kind::Byte, Kind::End, Kind::Order];
}

/// The most letters of a line that are shown.
const WIDTH: usize = 72;

/// How often a kind is tried with other dice before the next kind has its turn.
const TRIES: u32 = 6;

/// The question with this number, counted from 0. `None`: the lab's transcripts are too short for any question.
pub fn question(lab: &Lab, seed: u64, number: u64) -> Option<Question> {
    let first = number % Kind::ALL.len() as u64;
    let kinds = Kind::ALL.iter().cycle().skip(first as usize);
    kinds.take(Kind::ALL.len()).find_map(|kind| {
        (0..TRIES).find_map(|try_| {
            let purpose = format!("quiz {} {number} {kind:?} {try_}", lab.slug);
            let mut dice = Dice::new(seed, &purpose);
            match kind {
                Kind::Next => make::next(lab, &mut dice),
                Kind::Byte => make::byte(lab, &mut dice),
                Kind::End => make::end(lab, &mut dice),
                Kind::Order => make::order(lab, &mut dice),
            }
        })
    })
}

impl Question {
    /// Mixes the right choice among the wrong ones; at most three of these are taken, and each text once. `None`:
    /// there is no wrong one.
    fn of(draft: Draft, dice: &mut Dice) -> Option<Question> {
        let mut wrong: Vec<Choice> = Vec::new();
        for choice in draft.wrong {
            let known = wrong.iter().any(|other| other.lines == choice.lines);
            if !known && choice.lines != draft.right && wrong.len() < 3 {
                wrong.push(choice);
            }
        }
        if wrong.is_empty() {
            return None;
        }
        let right = dice.between(0, wrong.len() as u64) as usize;
        let lines = draft.right;
        wrong.insert(right, Choice { lines, page: None });
        Some(Question {
            kind: draft.kind,
            asked: draft.asked,
            shown: draft.shown,
            choices: wrong,
            right,
            proof: draft.proof,
        })
    }
}

/// A question before its choices are mixed.
struct Draft {
    kind: Kind,
    asked: String,
    shown: Vec<String>,
    right: Vec<String>,
    wrong: Vec<Choice>,
    proof: Vec<String>,
}

/// The values in another order.
fn mixed<T>(mut values: Vec<T>, dice: &mut Dice) -> Vec<T> {
    let mut taken = Vec::new();
    while !values.is_empty() {
        let at = dice.between(0, values.len() as u64 - 1) as usize;
        taken.push(values.swap_remove(at));
    }
    taken
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::course::catalogue;

    /// Questions of every lab with one seed: they take seconds, and each test looks at all of them.
    static QUESTIONS: LazyLock<Vec<(&Lab, Question)>> = LazyLock::new(|| {
        let of_lab = |lab: &'static Lab| {
            (0..60).map(move |number| {
                let made = question(lab, 7, number);
                let made = made.unwrap_or_else(|| panic!("{}: no question {number}", lab.slug));
                (lab, made)
            })
        };
        catalogue::labs().flat_map(of_lab).collect()
    });

    fn questions_of(lab: &Lab) -> impl Iterator<Item = &'static Question> {
        let slug = lab.slug;
        let of_lab = QUESTIONS.iter().filter(move |(of, _)| of.slug == slug);
        of_lab.map(|(_, question)| question)
    }

    #[test]
    fn every_lab_has_endless_questions_with_one_right_answer() {
        for lab in catalogue::labs() {
            let mut kinds = Vec::new();
            for it in questions_of(lab) {
                assert!((2..=4).contains(&it.choices.len()), "{}: {it:?}", lab.slug);
                assert!(it.right < it.choices.len(), "{}: {it:?}", lab.slug);
                assert!(it.choices[it.right].page.is_none(), "{}: {it:?}", lab.slug);
                assert!(!it.proof.is_empty(), "{}: {it:?}", lab.slug);
                for (index, choice) in it.choices.iter().enumerate() {
                    let same = it
                        .choices
                        .iter()
                        .filter(|other| other.lines == choice.lines);
                    assert_eq!(same.count(), 1, "{}: {index} {it:?}", lab.slug);
                    assert!(!choice.lines.is_empty());
                }
                let lines = it.choices.iter().flat_map(|choice| &choice.lines);
                let lines = lines.chain(&it.shown).chain(&it.proof);
                for line in lines {
                    assert!(line.chars().count() <= WIDTH, "{}: {line}", lab.slug);
                    assert!(
                        !line.chars().any(char::is_control),
                        "{}: {line:?}",
                        lab.slug
                    );
                }
                if !kinds.contains(&it.kind) {
                    kinds.push(it.kind);
                }
            }
            assert!(kinds.len() >= 2, "{}: only {kinds:?}", lab.slug);
        }
    }

    #[test]
    fn a_seed_gives_the_same_question_and_another_seed_others() {
        let lab = catalogue::lab(9).unwrap();
        let all = |seed| {
            let made = (0..12).filter_map(|number| question(lab, seed, number));
            made.map(|it| format!("{it:?}")).collect::<Vec<_>>()
        };
        assert_eq!(all(1), all(1));
        assert_ne!(all(1), all(2));
        let kinds: Vec<Kind> = (0..4)
            .filter_map(|number| Some(question(lab, 1, number)?.kind))
            .collect();
        assert_eq!(kinds, Kind::ALL);
    }

    /// The number of a connection would tell which choice is right, or make the same end two choices.
    #[test]
    fn no_choice_is_told_by_the_number_of_its_connection() {
        for (lab, it) in QUESTIONS.iter() {
            let choices = it.choices.iter().flat_map(|choice| &choice.lines);
            for line in choices.chain(&it.shown).chain(&it.proof) {
                let mut letters = line.chars();
                let is_side = matches!(letters.next(), Some('C' | 'S'));
                let is_number = letters.next().is_some_and(|it| it.is_ascii_digit());
                assert!(!(is_side && is_number), "{}: {line}", lab.slug);
            }
        }
    }

    /// "One question got two answers" fits only where a server answers twice.
    #[test]
    fn an_answer_before_the_question_is_not_called_a_second_answer() {
        let mut wrong = 0;
        for (_, it) in QUESTIONS.iter() {
            let listed = |letter: &str| {
                let mut lines = it.shown.iter();
                lines.find_map(|line| line.strip_prefix(letter)?.strip_prefix("  "))
            };
            let right = it.choices[it.right].lines.concat();
            let right: Vec<&str> = right.split(", then ").collect();
            for choice in it.choices.iter().filter(|_| it.kind == Kind::Order) {
                let text = choice.lines.concat();
                let mut both = text.split(", then ").zip(&right).enumerate();
                let place = both.find(|(_, (one, other))| one != *other);
                let (Some((place, (early, _))), page) = (place, choice.page) else {
                    continue;
                };
                let is_answer = |line: &str| line.starts_with("S> ") || line.starts_with("Sx ");
                if !listed(early).is_some_and(is_answer) {
                    continue;
                }
                let before = place.checked_sub(1).and_then(|at| listed(right[at]));
                let twice = before.is_some_and(is_answer);
                wrong += usize::from(!twice);
                assert_eq!(
                    page.is_some_and(|page| page.code == "W32"),
                    twice,
                    "{it:#?}"
                );
            }
        }
        assert!(wrong > 10, "{wrong} answers come first");
    }

    /// The right choice of each kind is what the transcript says, and the wrong ones are not.
    #[test]
    fn the_right_choice_stands_in_the_conversation() {
        for (lab, it) in QUESTIONS.iter() {
            let right = &it.choices[it.right].lines;
            let follows = |lines: &[String]| {
                let all = [it.shown.as_slice(), lines].concat();
                it.proof.starts_with(&all)
            };
            if it.kind == Kind::Next || it.kind == Kind::End {
                assert!(follows(right), "{}: {it:#?}", lab.slug);
                let others = it
                    .choices
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != it.right);
                for (_, choice) in others {
                    assert!(!follows(&choice.lines), "{}: {it:#?}", lab.slug);
                }
            }
        }
    }
}
