//! All cases, in the order of the RFCs.
//!
//! Rule: each file is one chapter; its name says which.

use crate::probe::case::{BadCase, Case, read};
use crate::probe::rfc_quotes;

/// The files of cases.
const FILES: [&str; 13] = [
    include_str!("cases/9112-2-message.cases"),
    include_str!("cases/9112-3-request-line.cases"),
    include_str!("cases/9112-4-status-line.cases"),
    include_str!("cases/9112-5-fields.cases"),
    include_str!("cases/9112-6-body.cases"),
    include_str!("cases/9112-7-chunked.cases"),
    include_str!("cases/9112-8-incomplete.cases"),
    include_str!("cases/9112-9-connection.cases"),
    include_str!("cases/9112-sequences.cases"),
    include_str!("cases/9110-2-to-9-semantics.cases"),
    include_str!("cases/9110-10-to-12-context.cases"),
    include_str!("cases/9110-13-conditional.cases"),
    include_str!("cases/9110-14-range.cases"),
];

/// Every case. Errors: a file makes no sense; a test sees to it that none does.
pub fn cases() -> Result<Vec<Case>, BadCase> {
    let quotes = rfc_quotes::quotes()?;
    let mut all = Vec::new();
    for file in FILES {
        all.extend(read(file, &quotes)?);
    }
    Ok(all)
}

/// The cases of these sections and of those within them: `6`, `6.3`, `9110`, `9110 13.1`. None is all.
pub fn chosen(sections: &[&str]) -> Result<Vec<Case>, BadCase> {
    let mut all = cases()?;
    let within = |case: &Case, section: &&str| is_within(case.rfc, case.section, section);
    all.retain(|case| sections.is_empty() || sections.iter().any(|it| within(case, it)));
    Ok(all)
}

/// Whether a section of an RFC is the wanted one, or within it.
pub fn is_within(rfc: &str, section: &str, wanted: &str) -> bool {
    let (wanted_rfc, wanted) = match wanted.split_once(' ') {
        Some((rfc, section)) => (Some(rfc), section),
        None if wanted.len() == 4 && !wanted.contains('.') => (Some(wanted), ""),
        None => (None, wanted),
    };
    let rest = section.strip_prefix(wanted);
    let fits =
        wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    fits && wanted_rfc.is_none_or(|wanted| wanted == rfc)
}

/// Every section that has cases, as it is chosen: `9112 6.3`.
pub fn sections() -> Result<Vec<String>, BadCase> {
    let mut sections = Vec::new();
    for case in cases()? {
        let section = format!("{} {}", case.rfc, case.section);
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    Ok(sections)
}

/// The cases about which two readings of the RFC can be defended, as a table with both.
pub fn debatable() -> Result<String, BadCase> {
    let mut text = String::from(
        "# Two readings\n\n\
         This table lists the cases for which two readings can be defended. The probe does not count a case of\n\
         the class *note*. *Security* means that the two readers see different requests: an attacker can use\n\
         the difference. `cargo lab probe --explain CASE` shows the bytes of a case, and the sentence that the\n\
         case is based on. A test makes this file from the cases.\n\n\
         | case | section | class | one reading | the other |\n| --- | --- | --- | --- | --- |\n",
    );
    for case in cases()? {
        let [one, other] = case.readings[..] else {
            continue;
        };
        let (name, level) = (case.name, case.level.word());
        let section = format!("{} {}", case.rfc, case.section);
        text += &format!("| {name} | {section} | {level} | {one} | {other} |\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::case::Level;
    use crate::probe::rfc_quotes::Quote;
    use std::collections::BTreeSet;

    #[test]
    fn every_case_can_be_read_and_has_a_name_of_its_own() {
        let cases = cases().unwrap();
        assert!(cases.len() >= 200);
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), cases.len());
        for case in &cases {
            let steps = case.steps(|text| text.to_string());
            assert!(!steps.unwrap().is_empty(), "{}", case.name);
            assert!(!case.section.is_empty() && !case.title.is_empty());
        }
    }

    /// The word of a class: MUST for a must, SHOULD or RECOMMENDED for a should.
    fn words(level: Level) -> &'static [&'static str] {
        match level {
            Level::Must => &["MUST"],
            Level::Should => &["SHOULD", "RECOMMENDED"],
            Level::Security | Level::Note => &[],
        }
    }

    /// Whether a sentence binds the side that is probed with one of these words: the last party that it
    /// names before the word is not one of the others.
    fn binds(text: &str, words: &[&str], others: &[&str]) -> bool {
        let parties = [
            "client",
            "user agent",
            "proxy",
            "cache",
            "server",
            "recipient",
            "sender",
        ];
        words
            .iter()
            .flat_map(|word| text.match_indices(word))
            .any(|(at, _)| {
                let before = text[..at].to_ascii_lowercase();
                let named = parties
                    .iter()
                    .filter_map(|party| Some((before.rfind(party)?, *party)));
                named
                    .max()
                    .is_none_or(|(_, party)| !others.contains(&party))
            })
    }

    #[test]
    fn the_class_of_a_case_is_the_word_of_its_sentence() {
        let mut wrong = Vec::new();
        let mut look = |name: &str, level: Level, basis: &[Quote], others: &[&str]| {
            let words = words(level);
            if !words.is_empty() && !basis.iter().any(|it| binds(it.text, words, others)) {
                wrong.push(format!(
                    "{name} is a {}, and no sentence says so",
                    level.word()
                ));
            }
        };
        for case in cases().unwrap() {
            look(
                case.name,
                case.level,
                &case.basis,
                &["client", "user agent", "proxy", "cache"],
            );
        }
        for case in crate::probe::client::case::cases().unwrap() {
            if !case.basis.is_empty() {
                look(
                    case.name,
                    case.level,
                    &case.basis,
                    &["server", "proxy", "cache"],
                );
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn a_risk_or_a_choice_against_a_rule_has_two_readings() {
        let lacks = |case: &&Case| {
            let rule = |quote: &Quote| ["MUST", "SHOULD"].iter().any(|it| quote.text.contains(it));
            let needs = match case.level {
                Level::Security => true,
                Level::Note => case.basis.iter().any(rule),
                Level::Must | Level::Should => false,
            };
            needs && case.readings.is_empty()
        };
        let cases = cases().unwrap();
        let lacking: Vec<&str> = cases.iter().filter(lacks).map(|case| case.name).collect();
        assert!(lacking.is_empty(), "{lacking:#?}");
    }

    #[test]
    fn the_table_of_two_readings_is_made_from_the_cases() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/probe/DEBATABLE.md");
        let made = debatable().unwrap();
        if std::env::var("INSTA_UPDATE").is_ok_and(|wish| wish == "always") {
            std::fs::write(path, &made).unwrap();
        }
        assert!(made.lines().count() > 100);
        assert_eq!(std::fs::read_to_string(path).unwrap(), made);
    }

    #[test]
    fn a_section_has_those_within_it() {
        let count = |section| chosen(&[section]).unwrap().len();
        assert!(count("6") > count("6.3") && count("6.3") > 10);
        assert_eq!(count("9112") + count("9110"), cases().unwrap().len());
        assert!(count("9110 13") > count("9110 13.1.1"));
        assert_eq!(count("66"), 0);
    }
}
