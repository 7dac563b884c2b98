//! The `@vary` headings of a lab's snapshots as a table: which word becomes which.
//!
//! | heading | says |
//! | --- | --- |
//! | `@vary tacos = burritos nachos` | a word becomes one of these words |
//! | `@vary 3 = 1..99` | the same as `{1..99}` |
//! | `@vary menu.txt = names` | another name with the same ending |
//! | `@vary 3 tacos = {1..99} {dish} \| no {dish}` | one of these templates (see `replacement_template`) |
//! | `@vary a & b = c & d \| e & f` | both change together |
//! | `@vary 6 = 3 + 1 + 2` | the sum of what became of these words |
//! | `@vary C>/ & S>x = …` | a word of the client's, or of the server's, bytes alone |
//! | `@vary @arg = 3 tacos` | a heading that only the fresh conversation has |
//! | `@vary @now = 1..99` | another second as `WIRELAB_NOW`; its date becomes another one |
//!
//! Rule 1: a word is found only as a whole: `3` is not in `13`, and `taco` is not in `tacos`.
//! Rule 2: the same heading draws the same value in every snapshot of its lab.
//! Rule 3: the new value is never the word itself or another word's value, if the heading leaves a choice.

use super::VaryError;
use super::dice::Dice;
use super::files::Pair;
use super::replacement_template::{Template, range_of, unescape};
use crate::check::NOW;
use crate::http::date;
use crate::wire::Who;

/// How often is drawn again when a value is taken.
const TRIES: usize = 50;

/// A word, and where it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Only in this side's bytes; then not in files and arguments either.
    pub(super) who: Option<Who>,
    /// Its bytes.
    pub(super) old: Vec<u8>,
    /// What it becomes.
    pub(super) new: Vec<u8>,
}

/// What the headings of one snapshot say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// The words, the longest first.
    pub(super) words: Vec<Word>,
    /// Headings that only the fresh conversation has; their words are still the old ones.
    pub(super) headings: Vec<(String, String)>,
}

/// One heading.
struct Line {
    keys: Vec<(Option<Who>, Vec<u8>)>,
    right: Right,
}

enum Right {
    /// Each choice has a template for each key.
    Choices(Vec<Vec<Template>>),
    /// The words whose values are added.
    Sum(Vec<String>),
    /// Seconds since 1970.
    Now(u64, u64),
    /// A heading's text.
    Heading(String),
}

impl Table {
    /// Draws what a lab's headings leave open. `texts`: what stands after `@vary`.
    pub(super) fn draw(
        texts: &[&str],
        purpose: &str,
        seed: u64,
        files: &[Pair],
    ) -> Result<Table, VaryError> {
        let mut table = Table::default();
        for text in texts {
            let line = Line::parse(text).map_err(|error| error.within(text))?;
            let mut dice = Dice::new(seed, &format!("{purpose} {text}"));
            table
                .take(&line, &mut dice, files)
                .map_err(|error| error.within(text))?;
        }
        table
            .words
            .sort_by_key(|word| std::cmp::Reverse(word.old.len()));
        Ok(table)
    }

    fn take(&mut self, line: &Line, dice: &mut Dice, files: &[Pair]) -> Result<(), VaryError> {
        let values = match &line.right {
            Right::Heading(text) => {
                let name = String::from_utf8_lossy(&line.keys[0].1).into_owned();
                self.headings.push((name[1..].to_string(), text.clone()));
                return Ok(());
            }
            Right::Now(least, most) => {
                let now = dice.between(*least, *most);
                self.headings.push(("now".to_string(), now.to_string()));
                let date = |second: u64| date::format(second as i64).into_bytes();
                self.words.push(Word {
                    who: None,
                    old: date(NOW),
                    new: date(now),
                });
                return Ok(());
            }
            Right::Sum(words) => vec![self.sum(words)?.to_string().into_bytes()],
            Right::Choices(choices) => self.choose(line, choices, dice, files)?,
        };
        for ((who, old), new) in line.keys.iter().zip(values) {
            self.words.push(Word {
                who: *who,
                old: old.clone(),
                new,
            });
        }
        Ok(())
    }

    fn choose(
        &self,
        line: &Line,
        choices: &[Vec<Template>],
        dice: &mut Dice,
        files: &[Pair],
    ) -> Result<Vec<Vec<u8>>, VaryError> {
        let mut values = Vec::new();
        for _ in 0..TRIES {
            let templates = dice.one_of(choices);
            let filled = templates.iter().map(|template| template.fill(dice, files));
            values = filled.collect::<Result<_, _>>()?;
            let mut pairs = line.keys.iter().zip(&values);
            let (_, old) = &line.keys[0];
            let fresh = values.first() != Some(old)
                && pairs.all(|((who, old), new)| !self.is_taken(*who, old, new));
            if fresh {
                break;
            }
        }
        Ok(values)
    }

    /// Whether a value is that of another word, so that two names would become one.
    fn is_taken(&self, who: Option<Who>, old: &[u8], new: &[u8]) -> bool {
        let same_place = |word: &&Word| word.who == who && word.old != old;
        self.words
            .iter()
            .filter(same_place)
            .any(|word| word.new == new || word.old == new)
    }

    fn sum(&self, words: &[String]) -> Result<u64, VaryError> {
        let mut sum = 0;
        for word in words {
            let found = self.words.iter().find(|it| it.old == word.as_bytes());
            let value = found.and_then(|it| std::str::from_utf8(&it.new).ok());
            let value: Option<u64> = value.and_then(|text| text.parse().ok());
            sum += value.ok_or_else(|| VaryError::hole(word))?;
        }
        Ok(sum)
    }
}

impl Line {
    fn parse(text: &str) -> Result<Line, VaryError> {
        let wrong = || VaryError::hole(text);
        let (left, right) = text.split_once(" = ").ok_or_else(wrong)?;
        let mut keys = Vec::new();
        for key in left.split(" & ") {
            let (who, key) = match key.split_at_checked(2) {
                Some(("C>", rest)) => (Some(Who::Client), rest),
                Some(("S>", rest)) => (Some(Who::Server), rest),
                _ => (None, key),
            };
            let key = unescape(key)?;
            if key.is_empty() {
                return Err(wrong());
            }
            keys.push((who, key));
        }
        let right = match left.strip_prefix('@') {
            Some("now") => {
                let (least, most) = range_of(right).ok_or_else(wrong)?;
                Right::Now(least, most)
            }
            Some(_) => Right::Heading(right.to_string()),
            None => right_side(left, right, keys.len())?,
        };
        Ok(Line { keys, right })
    }

    /// Whether one of its templates can only be filled when the fresh files are there.
    fn needs_files(&self) -> bool {
        match &self.right {
            Right::Choices(choices) => choices.iter().flatten().any(Template::needs_files),
            _ => false,
        }
    }
}

/// Whether this heading can only be drawn when the fresh files are there.
pub(super) fn needs_files(text: &str) -> bool {
    Line::parse(text).is_ok_and(|line| line.needs_files())
}

fn right_side(left: &str, right: &str, keys: usize) -> Result<Right, VaryError> {
    let one = |text: &str| Template::parse(text).map(|template| vec![template]);
    let plain = keys == 1 && !right.contains(['{', '|', '&']);
    if plain && right.contains(" + ") {
        return Ok(Right::Sum(right.split(" + ").map(str::to_string).collect()));
    }
    if plain && range_of(right).is_some() {
        return Ok(Right::Choices(vec![one(&format!("{{{right}}}"))?]));
    }
    if plain && right == "names" {
        let ending = left.rfind('.').map_or("", |dot| &left[dot..]);
        return Ok(Right::Choices(vec![one(&format!(
            "{{word}}{{word}}{ending}"
        ))?]));
    }
    if plain {
        let words = right.split_whitespace().map(one);
        return Ok(Right::Choices(words.collect::<Result<_, _>>()?));
    }
    let mut choices = Vec::new();
    for choice in right.split(" | ") {
        let templates = choice.split(" & ").map(Template::parse);
        let templates: Vec<Template> = templates.collect::<Result<_, _>>()?;
        if templates.len() != keys {
            return Err(VaryError::hole(choice));
        }
        choices.push(templates);
    }
    Ok(Right::Choices(choices))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(texts: &[&str], seed: u64, old: &str) -> String {
        let table = Table::draw(texts, "a test", seed, &[]).unwrap();
        let word = table.words.iter().find(|word| word.old == old.as_bytes());
        String::from_utf8_lossy(&word.unwrap().new).into_owned()
    }

    #[test]
    fn every_form_of_the_heading_is_drawn() {
        for seed in 0..200 {
            assert!(
                ["burritos", "nachos"]
                    .contains(&&value(&["tacos = burritos nachos"], seed, "tacos")[..])
            );
            let three: u64 = value(&["3 = 2..4"], seed, "3").parse().unwrap();
            assert!(three == 2 || three == 4, "never the word itself: {three}");
            assert!(value(&["menu.txt = names"], seed, "menu.txt").ends_with(".txt"));
            let both = ["a & b = c & d | e & f"];
            let pair = value(&both, seed, "a") + &value(&both, seed, "b");
            assert!(pair == "cd" || pair == "ef");
            let sum = ["3 = 1..99", "1 = 1..99", "4 = 3 + 1"];
            let parts = [value(&sum, seed, "3"), value(&sum, seed, "1")];
            let parts = parts.map(|part| part.parse::<u64>().unwrap());
            assert_eq!(value(&sum, seed, "4"), (parts[0] + parts[1]).to_string());
            assert_ne!(parts[0], parts[1]);
        }
    }

    #[test]
    fn headings_and_the_clock_are_headings() {
        let texts = ["@arg = 3 tacos", "@now = 800000000..800000000"];
        let table = Table::draw(&texts, "a test", 1, &[]).unwrap();
        let headings = [("arg", "3 tacos"), ("now", "800000000")];
        assert_eq!(
            table.headings,
            headings.map(|(key, text)| (key.to_string(), text.to_string()))
        );
        assert_eq!(table.words[0].new, b"Tue, 09 May 1995 06:13:20 GMT");
    }

    #[test]
    fn a_heading_that_makes_no_sense_is_an_error() {
        for text in [
            "tacos",
            " = x",
            "a & b = c",
            "a = {fish}",
            "4 = 3 + 1",
            "@now = soon",
        ] {
            let drawn = Table::draw(&[text], "a test", 1, &[]);
            assert!(drawn.is_err(), "{text}: {drawn:?}");
        }
    }
}
