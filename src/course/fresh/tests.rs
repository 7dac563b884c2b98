//! Tests of fresh conversations as a whole, on small scripts and on every lab.

use super::*;

const SEEDS: std::ops::Range<u64> = 1..40;

fn words(texts: &[&str], seed: u64) -> Table {
    Table::draw(texts, "a test", seed, &[]).unwrap()
}

#[test]
fn lengths_follow_the_words_in_every_kind_of_message() {
    let script = "@wire 1\n@title T\nC connect\nC> HEAD /menu.txt HTTP/1.1\\r\\n\nC> \\r\\n\n\
        S> HTTP/1.1 200 OK\\r\\n\nS> Content-Length: 12\\r\\n\nS> \\r\\n\n\
        C> GET /menu.txt HTTP/1.1\\r\\n\nC> \\r\\n\n\
        S> HTTP/1.1 200 OK\\r\\n\nS> Content-Length: 12\\r\\n\nS> \\r\\n\nS> three tacos\\n\nS fin\nC fin\n";
    let script = Transcript::parse(script).unwrap();
    let table = words(&["menu.txt = soup.txt", "three tacos = ab"], 1);
    let got = varied(&script, &table, &[]).render();
    let wanted = script
        .render()
        .replace("menu", "soup")
        .replace("three tacos", "ab");
    let wanted = wanted
        .replace("Length: 12", "Length: 3")
        .replace("@title T", "@title T · fresh");
    assert_eq!(got, wanted);
}

#[test]
fn every_side_with_an_exercise_has_a_fresh_conversation_and_it_is_another_one() {
    for lab in crate::course::catalogue::labs() {
        for side in lab.exercises() {
            let of = |seed| {
                Fresh::of(lab, side, seed).unwrap_or_else(|error| panic!("{}: {error}", lab.slug))
            };
            assert!(!of(1).conversations.is_empty(), "{} {side:?}", lab.slug);
            let mut different = std::collections::BTreeSet::new();
            for seed in SEEDS.step_by(6) {
                let (one, again) = (of(seed), of(seed));
                for (a, b) in one.conversations.iter().zip(&again.conversations) {
                    assert_eq!(
                        a.expected, b.expected,
                        "the same seed, the same conversation"
                    );
                    let text = a.expected.render();
                    assert_eq!(
                        Transcript::parse(&text).unwrap().render(),
                        text,
                        "{}",
                        a.name
                    );
                    let from = lab
                        .scripts
                        .iter()
                        .find(|script| a.name.starts_with(script.name))
                        .unwrap();
                    let from = Transcript::parse(from.text()).unwrap();
                    assert_ne!(from.entries(), a.expected.entries(), "{}", a.name);
                    different.insert(text);
                }
                assert_eq!(one.files, again.files);
            }
            assert!(different.len() > 5, "{}: {}", lab.slug, different.len());
        }
    }
}
