//! The quiz: in the terminal and as pages.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;

use crate::support::{Server, WIRELAB, bin};
use wirelab::course::catalogue::{self, Lab};
use wirelab::course::quiz::{Question, question};

fn lab(number: u8) -> &'static Lab {
    catalogue::lab(number).expect("a lab of the course")
}

fn made(number: u8, seed: u64, place: u64) -> Question {
    question(lab(number), seed, place).expect("a question")
}

/// Exit code and stdout of `wirelab quiz WORDS` for these answers.
fn quiz(words: &[&str], answers: Vec<u8>) -> (Option<i32>, String) {
    let mut child = Command::new(WIRELAB);
    let child = child
        .arg("quiz")
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = child.stderr(Stdio::null()).spawn().expect("wirelab starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // It may have enough before everything is written.
    let writer = thread::spawn(move || drop(stdin.write_all(&answers)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn letter(choice: usize) -> char {
    char::from(b'a' + u8::try_from(choice).expect("four choices"))
}

#[test]
fn right_answers_are_counted_and_wrong_ones_explained() {
    let right: String = (0..12)
        .map(|at| format!("{}\n", letter(made(9, 5, at).right)))
        .collect();
    let (ended, text) = quiz(&["9", "--seed", "5"], right.into_bytes());
    assert_eq!(ended, Some(0));
    assert!(text.ends_with("\n12 of 12 right.\n"), "{text}");
    assert!(
        text.contains("`cargo lab quiz 9 --seed 5` asks the same"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );

    // Every wrong choice of a question, with the page of its mistake and the conversation.
    let mut pages = 0;
    let all: Vec<Question> = (0..4).map(|place| made(9, 5, place)).collect();
    for (place, asked) in all.iter().enumerate() {
        for (at, choice) in asked
            .choices
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != asked.right)
        {
            let before = all
                .iter()
                .take(place)
                .map(|it| format!("{}\n", letter(it.right)));
            let answers = before.collect::<String>() + &format!("{}\nq\n", letter(at));
            let (ended, text) = quiz(&["9", "--seed", "5"], answers.into_bytes());
            assert_eq!(ended, Some(0));
            assert!(
                text.contains(&format!("{} is right.", letter(asked.right))),
                "{text}"
            );
            assert!(
                text.ends_with(&format!("\n{place} of {} right.\n", place + 1)),
                "{text}"
            );
            let (_, explained) = text.rsplit_once(" is right.").expect("it says so");
            for line in &asked.proof {
                assert!(explained.contains(line), "no {line} in {explained}");
            }
            if let Some(page) = choice.page {
                pages += 1;
                assert!(
                    explained.contains(&format!("{} {} · ", page.code, page.slug)),
                    "{text}"
                );
                assert!(explained.contains("Try:  "), "{text}");
            }
        }
    }
    assert!(pages > 5, "{pages} wrong choices have a page");
}

#[test]
fn an_answer_that_is_none_is_asked_again_and_an_end_ends_it() {
    let asked = made(1, 3, 0);
    let mut answers = b"\nz\nhello\n\xff\n7\n".to_vec();
    // A line that is longer than any answer.
    answers.extend(vec![b'a'; 1 << 20]);
    answers.extend(format!("\n{}\n", letter(asked.right).to_ascii_uppercase()).into_bytes());
    let (ended, text) = quiz(&["1", "--seed", "3"], answers);
    assert_eq!(ended, Some(0));
    assert!(text.ends_with("\n1 of 1 right.\n"), "{text}");
    let (ended, text) = quiz(&["1"], Vec::new());
    assert_eq!(ended, Some(0));
    assert!(text.ends_with("\n0 of 0 right.\n"), "{text}");
    for words in [&["99"][..], &["x"], &[], &["1", "--seed", "x"]] {
        assert_eq!(quiz(words, Vec::new()).0, Some(2), "{words:?}");
    }
}

fn page(server: &Server, path: &str) -> String {
    let mut stream = TcpStream::connect(server.addr).expect("it listens");
    let host = server.addr;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut text = Vec::new();
    stream.read_to_end(&mut text).expect("it answers");
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn the_page_asks_and_explains_without_a_script() {
    let mut web = Command::new(bin("wirelab"));
    web.args(["web", "--port", "0", "--no-open"])
        .env("WIRELAB_COURSE", crate::support::course());
    let web = Server::start_with(&mut web);
    let base = format!("/labs/{}/quiz", lab(9).slug);
    assert!(page(&web, &format!("/labs/{}/", lab(9).slug)).contains(&base));
    for place in 0..4 {
        let asked = made(9, 5, place);
        let here = format!("{base}?seed=5&n={place}");
        let text = page(&web, &here);
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.contains(&asked.asked), "{text}");
        assert_eq!(
            text.matches("<a class=\"choice\"").count(),
            asked.choices.len(),
            "{text}"
        );
        for (at, choice) in asked.choices.iter().enumerate() {
            let link = format!("{here}&pick={at}");
            assert!(
                text.contains(&link.replace('&', "&amp;")),
                "no {link}: {text}"
            );
            let told = page(&web, &link);
            let next = format!("{base}?seed=5&amp;n={}\"", place + 1);
            assert!(told.contains(&next), "{told}");
            assert_eq!(told.contains(">Right.<"), at == asked.right, "{told}");
            let explained = choice.page.is_some_and(|page| {
                told.contains(&format!(
                    "/explain/{}\">{} {}<",
                    page.code, page.code, page.slug
                ))
            });
            assert_eq!(explained, choice.page.is_some(), "{told}");
        }
    }
    // What is no number counts as missing, and a lab that is not there has no quiz.
    for query in [
        "?seed=x&n=y&pick=z",
        "?pick=99",
        "?&&=",
        "?n=18446744073709551615&seed=1",
    ] {
        let text = page(&web, &format!("{base}{query}"));
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{query}: {text}");
        assert!(text.contains("<a class=\"choice\""), "{query}: {text}");
    }
    assert!(page(&web, "/labs/99-none/quiz").starts_with("HTTP/1.1 404 "));
}
