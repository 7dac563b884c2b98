//! The exact sentences of the RFCs that the cases test.
//!
//! Rule: each sentence is here once, with a name. A case names one or two of them (`@basis`).

use crate::probe::case::BadCase;

/// One sentence and where it stands. Each `…` stands for words that are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// As cases name it: `bare-cr`.
    pub name: &'static str,
    /// `9112`
    pub rfc: &'static str,
    /// `2.2`
    pub section: &'static str,
    /// The words.
    pub text: &'static str,
}

/// The file: `@quote NAME RFC SECTION`, and the sentence on the next line.
const FILE: &str = include_str!("cases/quotes.txt");

/// Every quote. Errors: a heading without its three words, or without a sentence.
pub fn quotes() -> Result<Vec<Quote>, BadCase> {
    let mut all = Vec::new();
    let mut lines = FILE.lines();
    while let Some(line) = lines.next() {
        let Some(heading) = line.strip_prefix("@quote ") else {
            continue;
        };
        let words: Vec<&'static str> = heading.split(' ').collect();
        let text = lines.next().unwrap_or_default();
        let ([name, rfc, section], false) = (&words[..], text.is_empty()) else {
            return Err(BadCase {
                case: heading.to_string(),
                why: "a quote has a name, an RFC, a section, and a sentence below".to_string(),
            });
        };
        all.push(Quote {
            name,
            rfc,
            section,
            text,
        });
    }
    Ok(all)
}

/// The quotes of these names, in order.
pub fn named(all: &[Quote], names: &str) -> Result<Vec<Quote>, String> {
    let find = |name: &str| {
        let found = all.iter().find(|quote| quote.name == name);
        found
            .copied()
            .ok_or_else(|| format!("no quote is called {name}"))
    };
    names.split(' ').map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Two lines of a report of 80 columns, indented by two.
    const TWO_LINES: usize = 2 * 78;

    #[test]
    fn every_quote_is_short_and_has_a_name_of_its_own() {
        let all = quotes().unwrap();
        let names: BTreeSet<&str> = all.iter().map(|quote| quote.name).collect();
        assert_eq!(names.len(), all.len());
        for quote in &all {
            assert!(quote.text.chars().count() <= TWO_LINES, "{}", quote.name);
            assert!(
                ["6265", "9110", "9112"].contains(&quote.rfc),
                "{}",
                quote.name
            );
        }
    }

    /// The text of each section of an RFC as the RFC Editor has it, without white space.
    fn sections(rfc: &str) -> std::collections::BTreeMap<String, String> {
        let folder = std::env::var_os("WIRELAB_RFCS").expect("WIRELAB_RFCS names a folder");
        let path = std::path::Path::new(&folder).join(format!("rfc{rfc}.txt"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut sections = std::collections::BTreeMap::new();
        let mut current = String::new();
        for line in text.lines() {
            let line = line.trim_start_matches('\u{c}');
            let between_pages =
                line.ends_with(']') && line.contains("[Page ") || line.starts_with("RFC ");
            let number = line.split_once(".  ").map_or("", |(number, _)| number);
            let heading = number.starts_with(|byte: char| byte.is_ascii_digit())
                && number
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
            if heading {
                current = number.to_string();
            } else if !between_pages {
                let section: &mut String = sections.entry(current.clone()).or_default();
                section.extend(line.split_whitespace());
            }
        }
        sections
    }

    #[test]
    #[ignore = "needs rfc9110.txt, rfc9112.txt and rfc6265.txt: WIRELAB_RFCS=FOLDER"]
    fn every_quote_stands_in_its_section_letter_by_letter() {
        let rfcs = ["6265", "9110", "9112"].map(|rfc| (rfc, sections(rfc)));
        let mut wrong = Vec::new();
        for quote in quotes().unwrap() {
            let section = rfcs
                .iter()
                .find(|(rfc, _)| *rfc == quote.rfc)
                .and_then(|(_, sections)| sections.get(quote.section));
            let mut rest = section.map(|text| &text[..]).unwrap_or_default();
            for part in quote.text.split('…') {
                let part: String = part.split_whitespace().collect();
                match rest.find(&part) {
                    Some(at) => rest = &rest[at + part.len()..],
                    None => wrong.push(format!("{}: {part}", quote.name)),
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_name_that_nobody_has_is_an_error() {
        let all = quotes().unwrap();
        assert_eq!(named(&all, "lf bare-cr").unwrap().len(), 2);
        assert!(named(&all, "tacos").unwrap_err().contains("tacos"));
    }
}
