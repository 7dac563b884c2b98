//! The bill as a picture: a strip of paper as a taqueria would hand it over.
//!
//! Rule 1: the picture contains only what the text says. The text is what a check verifies.
//! Rule 2: no script, no font files; light and dark by `prefers-color-scheme`; the same bill gives the
//! same picture.

use super::Bill;
use crate::wire::xml_text;

/// Width of the paper, in pixels.
const WIDTH: usize = 480;
/// Height of a line.
const LINE: usize = 22;
/// Width of a tooth of the torn edge, and its height.
const TOOTH: usize = 12;

/// The picture.
pub fn svg(bill: &Bill) -> String {
    let mut rows = vec![
        Row::Title("wirelab".to_string()),
        Row::Middle("clients and servers on raw TCP".to_string()),
    ];
    if let Some(name) = &bill.name {
        rows.push(Row::Middle(name.clone()));
    }
    rows.push(Row::Rule);
    for served in &bill.programs {
        let title = served.lab().map_or(served.slug.as_str(), |lab| lab.title);
        let number = served.slug.split('-').next().unwrap_or_default();
        let bytes: u64 = served.conversations.iter().map(|one| one.bytes).sum();
        rows.push(Row::Pair(
            format!("{number} {title} · {}", served.side.word()),
            bytes.to_string(),
        ));
    }
    rows.push(Row::Rule);
    rows.push(Row::Middle(bill.total()));
    let hash = bill.hash();
    rows.push(Row::Small(format!("sha256:{}", &hash[..32])));
    rows.push(Row::Small(hash[32..].to_string()));
    rows.push(Row::Small(
        "verify it: cargo lab bill --verify FILE".to_string(),
    ));
    draw(&rows, &bill.total())
}

/// One line of the paper.
enum Row {
    Title(String),
    Middle(String),
    Small(String),
    /// A text at the left, a number at the right.
    Pair(String, String),
    Rule,
}

fn draw(rows: &[Row], total: &str) -> String {
    let height = rows.len() * LINE + 4 * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>A bill of wirelab: {}</title>\n{STYLE}\n<path class=\"paper\" d=\"{}\"/>\n",
        xml_text(total),
        paper(height)
    );
    for (index, row) in rows.iter().enumerate() {
        svg += &element(row, (index + 2) * LINE);
    }
    svg + "</svg>\n"
}

const STYLE: &str = "<style>\n\
    .paper { fill: #fffdf7; stroke: #c9c2b0 }\n\
    text { font: 14px ui-monospace, monospace; fill: #222 }\n\
    .title { font-size: 20px; font-weight: bold }\n\
    .small { font-size: 11px; fill: #666 }\n\
    line { stroke: #999; stroke-dasharray: 4 4 }\n\
    @media (prefers-color-scheme: dark) {\n\
    .paper { fill: #22211e; stroke: #55514a } text { fill: #eee } .small { fill: #aaa }\n\
    }\n\
    </style>";

/// The outline: straight at the top and the sides, torn at the bottom.
fn paper(height: usize) -> String {
    let (right, low) = (WIDTH - TOOTH, height - TOOTH);
    let mut path = format!("M{TOOTH} {TOOTH} H{right} V{low}");
    let teeth = (WIDTH - 2 * TOOTH) / TOOTH;
    for tooth in 1..=teeth {
        let x = right - tooth * TOOTH;
        let y = if tooth % 2 == 1 { low - TOOTH / 2 } else { low };
        path += &format!(" L{x} {y}");
    }
    path + " Z"
}

fn element(row: &Row, y: usize) -> String {
    let middle = WIDTH / 2;
    let (left, right) = (3 * TOOTH, WIDTH - 3 * TOOTH);
    let centred = |class: &str, text: &str| {
        let text = xml_text(text);
        format!(
            "<text class=\"{class}\" x=\"{middle}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>\n"
        )
    };
    match row {
        Row::Title(text) => centred("title", text),
        Row::Middle(text) => centred("line", text),
        Row::Small(text) => centred("small", text),
        Row::Pair(text, number) => format!(
            "<text x=\"{left}\" y=\"{y}\">{}</text>\n\
             <text x=\"{right}\" y=\"{y}\" text-anchor=\"end\">{number}</text>\n",
            xml_text(text)
        ),
        Row::Rule => {
            let y = y - LINE / 4;
            format!("<line x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\"/>\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::catalogue::{self, Side};
    use crate::course::progress::By;
    use crate::course::progress::Progress;

    #[test]
    fn the_picture_holds_what_the_bill_says_and_escapes_the_client() {
        let mut progress = Progress::default();
        progress.set_passed(catalogue::lab(1).unwrap(), Side::Server, &By::Workbench);
        let bill = Bill::of(&progress, Some("<Maria & José>"));
        let svg = svg(&bill);
        for words in [
            "&lt;Maria &amp; José&gt;",
            "01 Three tacos · server",
            &bill.total(),
            &bill.hash()[..32],
            "role=\"img\"",
            "<title>",
        ] {
            assert!(svg.contains(words), "{words} is missing in\n{svg}");
        }
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }
}
