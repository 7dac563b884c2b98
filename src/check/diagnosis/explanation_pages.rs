//! The pages of all codes, read from `pages.txt`. Every output that explains a mistake takes its text from its
//! page.
//!
//! Rule: the file is compiled into the program and parsed once. A test parses it, too, so callers need no error
//! handling.

use std::sync::LazyLock;

use super::Language;

/// All about one mistake that does not depend on a run: `cargo lab explain W10` shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// `W10`; stable.
    pub code: &'static str,
    /// `cl-chars`; stable.
    pub slug: &'static str,
    /// What is wrong, in one line without a full stop.
    pub title: &'static str,
    /// How it looks on the wire, why it happens, what follows from it: a paragraph each.
    pub text: Vec<String>,
    /// Where the standard speaks of it.
    pub rule: Option<Rule>,
    /// One thing to try, without a full stop.
    pub advice: &'static str,
    /// How a language leads to it; shown only when the start command names that language.
    pub languages: Vec<Hint>,
    /// Kinds of this mistake that another sentence of the standard, or another advice, fits.
    pub cases: Vec<Case>,
}

/// A kind of a mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Case {
    /// By which the evidence names it.
    pub name: &'static str,
    /// In the place of the page's; `None`: the standard says nothing about this kind.
    pub rule: Option<Rule>,
    /// In the place of the page's; empty: the page's fits.
    pub advice: &'static str,
}

/// What is to be said about a mistake in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// In this language.
    pub language: Language,
    /// What a program writes that makes the mistake in this way; a report leaves the hint out if the source has
    /// none of these. Empty: the hint is for all programs.
    pub used: Vec<&'static str>,
    /// The hint.
    pub text: &'static str,
}

/// A sentence of a standard, word for word; `…` where something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// At most two lines.
    pub quote: &'static str,
    /// The number of the RFC.
    pub rfc: u16,
    /// Its section.
    pub section: &'static str,
}

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let pages = parse(include_str!("pages.txt"));
    pages.expect("pages.txt is a part of the program, and a test parses it")
});

/// Every page, by code.
pub fn pages() -> &'static [Page] {
    &PAGES
}

/// The page of a code, written `W10`, `w10`, `10` or `cl-chars`.
pub fn page(name: &str) -> Option<&'static Page> {
    let name = name.to_ascii_lowercase();
    let number = name.strip_prefix('w').unwrap_or(&name);
    let code = format!("W{number:0>2}");
    let mut pages = PAGES.iter();
    pages.find(|page| page.code == code || page.slug == name)
}

impl Page {
    /// The sentence of the standard and the advice for a kind of this mistake.
    pub(super) fn for_case(&self, name: &str) -> (Option<Rule>, &'static str) {
        let case = self.cases.iter().find(|case| case.name == name);
        debug_assert!(name.is_empty() || case.is_some(), "{}: {name}", self.code);
        match case {
            None => (self.rule, self.advice),
            Some(case) if case.advice.is_empty() => (case.rule, self.advice),
            Some(case) => (case.rule, case.advice),
        }
    }

    /// What is to be said for a program in this language with this source, where it is known. (The names of
    /// functions in a compiled program are one line, and are not all that it uses.)
    pub(super) fn about(
        &self,
        language: Option<Language>,
        source: Option<&str>,
    ) -> Option<&'static str> {
        let mut hints = self.languages.iter();
        let hint = hints.find(|hint| Some(hint.language) == language)?;
        let source = source.filter(|source| source.contains('\n') && !hint.used.is_empty());
        let is_used = source.is_none_or(|source| hint.used.iter().any(|it| source.contains(it)));
        is_used.then_some(hint.text)
    }
}

/// Reads the file. An error names the line.
fn parse(file: &'static str) -> Result<Vec<Page>, String> {
    let mut pages: Vec<Page> = Vec::new();
    let mut open = false; // whether the next line of text goes on with the last paragraph
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let wrong = || format!("this line has no place here: {line}");
        let goes_on = std::mem::take(&mut open);
        if let Some(words) = line.strip_prefix("@page ") {
            let (code, slug) = words.split_once(' ').ok_or_else(wrong)?;
            pages.push(Page {
                code,
                slug,
                title: "",
                text: Vec::new(),
                rule: None,
                advice: "",
                languages: Vec::new(),
                cases: Vec::new(),
            });
        } else if let Some(words) = line.strip_prefix('@') {
            let page = pages.last_mut().ok_or_else(wrong)?;
            part(page, words).ok_or_else(wrong)?;
        } else if !line.is_empty() {
            let text = &mut pages.last_mut().ok_or_else(wrong)?.text;
            match text.last_mut().filter(|_| goes_on) {
                Some(paragraph) => *paragraph += &format!(" {line}"),
                None => text.push(line.to_string()),
            }
            open = true;
        }
    }
    Ok(pages)
}

/// Adds what stands after the `@` of a line.
fn part(page: &mut Page, words: &'static str) -> Option<()> {
    let (key, value) = words.split_once(' ')?;
    match key {
        "title" => page.title = value,
        "case" => page.cases.push(Case {
            name: value,
            rule: None,
            advice: "",
        }),
        "advice" => match page.cases.last_mut() {
            Some(case) => case.advice = value,
            None => page.advice = value,
        },
        "rule" => {
            let mut words = value.splitn(3, ' ');
            let (rfc, section, quote) = (words.next()?, words.next()?, words.next()?);
            let rfc = rfc.parse().ok()?;
            let rule = Rule {
                quote,
                rfc,
                section,
            };
            match page.cases.last_mut() {
                Some(case) => case.rule = Some(rule),
                None => page.rule = Some(rule),
            }
        }
        words => {
            let (language, used) = words.split_once(':').unwrap_or((words, ""));
            page.languages.push(Hint {
                language: Language::named(language)?,
                used: used.split('|').filter(|it| !it.is_empty()).collect(),
                text: value,
            });
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_parsed_into_pages_and_a_wrong_line_is_named() {
        let one = "# a note\n@page W01 a-b\n@title t\none\ntwo\n\nthree\n@rule 9112 2.1 q r\n@advice a\n@go g\n@c:x(|y t\n@case k\n@rule 9110 3.4 s\n@case l\n@advice b\n";
        let page = Page {
            code: "W01",
            slug: "a-b",
            title: "t",
            text: vec!["one two".to_string(), "three".to_string()],
            rule: Some(Rule {
                quote: "q r",
                rfc: 9112,
                section: "2.1",
            }),
            advice: "a",
            languages: vec![
                Hint {
                    language: Language::Go,
                    used: Vec::new(),
                    text: "g",
                },
                Hint {
                    language: Language::C,
                    used: vec!["x(", "y"],
                    text: "t",
                },
            ],
            cases: vec![
                Case {
                    name: "k",
                    rule: Some(Rule {
                        quote: "s",
                        rfc: 9110,
                        section: "3.4",
                    }),
                    advice: "",
                },
                Case {
                    name: "l",
                    rule: None,
                    advice: "b",
                },
            ],
        };
        assert_eq!(page.for_case("k"), (page.cases[0].rule, "a"));
        assert_eq!(page.for_case("l"), (None, "b"));
        assert_eq!(page.for_case(""), (page.rule, "a"));
        assert_eq!(parse(one), Ok(vec![page]));
        for wrong in [
            "text first",
            "@title t",
            "@page W01",
            "@page W01 a\n@perl x",
            "@page W01 a\n@rule x y z",
        ] {
            let said = parse(wrong).unwrap_err();
            assert!(said.contains(wrong.lines().last().unwrap()), "{said}");
        }
    }

    #[test]
    fn a_hint_about_a_function_is_for_programs_that_use_it() {
        let page = page("W18").unwrap();
        let about = |source| page.about(Some(Language::Python), source);
        let with = "data = client.recv(1024)\nprint(data)\n";
        let without = "data = client.makefile('rb').read1()\nprint(data)\n";
        assert!(about(None).unwrap().contains("`recv(1024)`"));
        assert_eq!(about(Some(with)), about(None));
        assert_eq!(about(Some(without)), None);
        // Names in a compiled program: it may use others.
        assert_eq!(about(Some("fdopen fflush")), about(None));
        assert_eq!(page.about(None, Some(with)), None);
    }

    #[test]
    fn codes_and_slugs_are_stable_unique_and_found_by_any_name() {
        let number = |page: &Page| page.code[1..].parse::<u16>().unwrap();
        assert!(pages().is_sorted_by(|a, b| number(a) < number(b)));
        for page in pages() {
            assert_eq!(page.code, format!("W{:02}", number(page)));
            assert_eq!(super::page(page.slug).unwrap().code, page.code);
        }
        assert_eq!(page("10").unwrap().slug, "cl-chars");
        assert_eq!(page("w1").unwrap().code, "W01");
        assert!(page("W999").is_none() && page("").is_none() && page("no-such").is_none());
    }

    /// The RFCs whose sentences the pages quote.
    const RFCS: &[u16] = &[
        768, 793, 1035, 3986, 6066, 6265, 7301, 7766, 8446, 9110, 9111, 9112, 9293,
    ];

    #[test]
    fn pages_keep_to_their_form() {
        for page in pages() {
            let code = page.code;
            assert!(!page.title.is_empty() && !page.advice.is_empty(), "{code}");
            let ends = page.title.ends_with('.') || page.advice.ends_with('.');
            assert!(!ends, "{code}");
            assert!(page.title.len() <= 66, "{code}: {}", page.title.len());
            assert!(!page.text.is_empty(), "{code}");
            let words = page.text.join(" ") + " " + page.title + " " + page.advice;
            for word in ["simply", "just ", "easy", "easily", "obvious"] {
                assert!(!words.to_lowercase().contains(word), "{code}: {word}");
            }
            let of_cases = page.cases.iter().filter_map(|case| case.rule);
            for rule in page.rule.into_iter().chain(of_cases) {
                let length = rule.quote.len();
                assert!(length <= 156, "{code}: {length} bytes");
                assert!(RFCS.contains(&rule.rfc), "{code}");
            }
            assert!(
                page.cases.iter().all(|case| !case.advice.ends_with('.')),
                "{code}"
            );
        }
    }

    #[test]
    fn every_case_of_a_page_is_named_by_some_evidence() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/diagnosis");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|it| it == "rs"));
        let code: String = files
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        for page in pages() {
            for case in &page.cases {
                let named = code.contains(&format!("\"{}\"", case.name));
                assert!(named, "{}: {}", page.code, case.name);
            }
        }
    }
}
