//! Writes the class as files: one self-contained HTML page, and a table for a spreadsheet.
//!
//! Rule 1: a name is text, never markup, and never a formula.
//! Rule 2: the page loads no other file and has no script.

use super::{Class, Student};
use crate::course::catalogue;
use crate::plural::count_of;
use crate::wire::xml_text;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;\
color:#222;background:#fff}table{border-collapse:collapse;margin:1rem 0 2rem}\
th,td{border:1px solid #bbb;padding:.25rem .6rem;text-align:left;vertical-align:top}\
td.n{text-align:right}td,li{overflow-wrap:anywhere}@media(max-width:40rem){body{font-size:14px}\
th,td{padding:.2rem .3rem}}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}";

/// One page, for a browser.
pub fn html(class: &Class) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>The class</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>The class: {}</h1>\n",
        count_of(class.students.len(), "student")
    );
    text += &mistakes(class);
    text += "<h2>Who</h2>\n<table>\n<tr><th>name</th><th>labs passed</th><th>minutes</th>\
             <th>stuck at</th></tr>\n";
    for student in &class.students {
        text += &format!(
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            xml_text(&student.name),
            catalogue::counted(&student.labs()),
            student.minutes(),
            xml_text(&stuck(student))
        );
    }
    text += "</table>\n";
    if !class.problems.is_empty() {
        text += "<h2>Problems</h2>\n<ul>\n";
        for problem in &class.problems {
            text += &format!("<li>{}</li>\n", xml_text(problem));
        }
        text += "</ul>\n";
    }
    text + "</body>\n</html>\n"
}

/// How many students are stuck at each mistake.
fn mistakes(class: &Class) -> String {
    let mut text = String::from("<h2>Where they are stuck</h2>\n");
    let mistakes = class.mistakes();
    if mistakes.is_empty() {
        return text + "<p>nobody is stuck</p>\n";
    }
    text += "<table>\n<tr><th>students</th><th>mistake</th><th>labs</th></tr>\n";
    for (mistake, count, labs) in mistakes {
        let labs = catalogue::counted(&labs);
        let mistake = xml_text(&mistake);
        text +=
            &format!("<tr><td class=\"n\">{count}</td><td>{mistake}</td><td>{labs}</td></tr>\n");
    }
    text + "</table>\n"
}

/// `lab 2 server: W18 single-read; …`
fn stuck(student: &Student) -> String {
    let one = |stuck: &super::Stuck| {
        let (lab, side) = (stuck.lab, stuck.side.word());
        format!("lab {lab} {side}: {}", stuck.mistake())
    };
    let all: Vec<String> = student.stuck.iter().map(one).collect();
    all.join("; ")
}

/// A line for each student (RFC 4180), with a line of titles.
pub fn csv(class: &Class) -> String {
    let mut text = String::from("name,labs,passed,minutes,stuck,file\r\n");
    for student in &class.students {
        let labs = student.labs();
        let cells = [
            student.name.clone(),
            labs.len().to_string(),
            catalogue::counted(&labs),
            student.minutes().to_string(),
            stuck(student),
            student.file.clone(),
        ];
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

/// A cell in quotes. A spreadsheet takes a text that begins with one of these signs for a formula.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_nothing_else() {
        let student = Student {
            name: "=cmd|\"<b>\"".to_string(),
            file: "a.json".to_string(),
            passed: vec![(9, crate::check::Side::Server)],
            ..Student::default()
        };
        let class = Class {
            students: vec![student],
            problems: vec!["<x>".to_string()],
        };
        let line = csv(&class);
        let expected = "\"'=cmd|\"\"<b>\"\"\",\"1\",\"9\",\"15\",\"\",\"a.json\"\r\n";
        assert!(line.ends_with(expected), "{line}");
        let page = html(&class);
        assert!(
            page.contains("<td>=cmd|&quot;&lt;b&gt;&quot;</td><td>9</td>"),
            "{page}"
        );
        assert!(page.contains("<li>&lt;x&gt;</li>"), "{page}");
        // A problem may be about a student who is counted.
        assert!(page.contains("<h2>Problems</h2>"), "{page}");
        assert!(page.contains("<p>nobody is stuck</p>"), "{page}");
    }
}
