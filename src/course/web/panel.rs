//! The panel beside a lesson: *run it*, *say it*, *check it*. It is a form.
//!
//! Rule: without the script the panel is not shown, because the page could not show the answer.

use crate::plural::count_of;
use std::fmt::Write;

use super::live_run::script_title;
use super::manual_request::TIMES;
use super::open_pages_and_programs::Live;
use super::presets::{self, Preset};
use crate::check::Side;
use crate::course::catalogue::{Lab, Weather};
use crate::course::locations;
use crate::wire::xml_text;

/// The whole panel.
pub fn panel(lab: &Lab, live: &Live) -> String {
    let slug = lab.slug;
    format!(
        "<aside class=\"panel\" id=\"live\" aria-label=\"Live\" data-lab=\"{slug}\">\n<div class=\"tabs\" \
         role=\"tablist\" aria-label=\"What to do\">{}{}{}</div>\n<p id=\"link-state\" class=\"link\" role=\"status\" \
         hidden></p>\n{}{}{}</aside>\n",
        tab("run", "Run it", true),
        tab("say", "Say it yourself", false),
        tab("check", "Check my program", false),
        run_pane(lab),
        say_pane(lab),
        check_pane(lab, live),
    )
}

fn tab(id: &str, words: &str, first: bool) -> String {
    let reach = if first { "" } else { " tabindex=\"-1\"" };
    format!(
        "<button type=\"button\" role=\"tab\" id=\"tab-{id}\" aria-controls=\"pane-{id}\" aria-selected=\"{first}\"\
         {reach}>{words}</button>"
    )
}

fn pane(id: &str, first: bool, inner: &str) -> String {
    let hidden = if first { "" } else { " hidden" };
    format!(
        "<section role=\"tabpanel\" id=\"pane-{id}\" aria-labelledby=\"tab-{id}\"{hidden}>\n{inner}</section>\n"
    )
}

/// The frame of a ladder: who stands where, and the list of its rows.
pub fn ladder(id: &str, label: &str) -> String {
    format!(
        "<div class=\"frame\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><div class=\"heads\" \
         aria-hidden=\"true\"><span class=\"c\">client</span><span class=\"s\">server</span></div><ol \
         class=\"ladder\" id=\"{id}\"></ol></div>\n"
    )
}

/// The buttons under a ladder that has come to its end.
fn replay(id: &str) -> String {
    format!(
        "<div class=\"replay\" data-of=\"{id}\" hidden><button type=\"button\" data-do=\"back\" aria-label=\"One \
         step back\">◂</button><button type=\"button\" data-do=\"step\">Step</button><button type=\"button\" \
         data-do=\"byte\">Byte</button><button type=\"button\" data-do=\"play\">Play again</button><label \
         class=\"speed\">Speed <select><option value=\"8\">slow</option><option value=\"30\" \
         selected>normal</option><option value=\"200\">fast</option></select></label><span class=\"get\"><a \
         data-get=\"recording.svg\">.svg</a> <a data-get=\"recording.wire\">.wire</a> <a \
         data-get=\"recording.pcapng\">.pcapng</a></span></div>\n"
    )
}

fn run_pane(lab: &Lab) -> String {
    let mut options = String::new();
    let main = format!("Lab {} · {}", lab.number, lab.title);
    for script in &lab.scripts {
        let title = script_title(script);
        let short = title
            .strip_prefix(&main)
            .unwrap_or(&title)
            .trim_start_matches(" · ");
        let short = if short.is_empty() {
            "the lesson's own"
        } else {
            short
        };
        let weathers: Vec<&str> = script
            .weathers
            .iter()
            .map(|weather| weather.name())
            .collect();
        let _ = write!(
            options,
            "<option value=\"{}\" data-weathers=\"{}\">{}</option>",
            script.name,
            weathers.join(" "),
            xml_text(short)
        );
    }
    let weathers = Weather::ALL.iter().map(|weather| {
        let (name, says) = (weather.name(), xml_text(weather.description()));
        let checked = if *weather == Weather::Calm { " checked" } else { "" };
        format!(
            "<label class=\"chip\" title=\"{says}\"><input type=\"radio\" name=\"weather\" value=\"{name}\"\
             {checked}>{name}</label>"
        )
    });
    let weathers: String = weathers.collect();
    pane(
        "run",
        true,
        &format!(
            "<form data-post=\"run\"><div class=\"pick\"><label class=\"grow\">Conversation <select \
             name=\"conversation\">{options}</select></label><button class=\"go\">Run</button></div><fieldset \
             class=\"chips\"><legend>Weather</legend>{weathers}</fieldset></form>\n<p class=\"state\" \
             id=\"run-state\" role=\"status\">The lab's real server and client, over loopback, recorded byte by \
             byte.</p>\n{}{}<div id=\"run-after\"></div>\n",
            ladder("run", "What the two send to each other"),
            replay("run")
        ),
    )
}

fn say_pane(lab: &Lab) -> String {
    let presets = presets::of(lab);
    let first = presets
        .first()
        .map(|preset| preset.said())
        .unwrap_or_default();
    let rows = presets::KINDS.iter().map(|kind| {
        let of_kind = presets.iter().enumerate();
        let of_kind = of_kind.filter(|(_, preset)| preset.kind == *kind);
        let chips: String = of_kind.map(|(at, preset)| chip(at, preset)).collect();
        match chips.is_empty() {
            true => String::new(),
            false => {
                format!("<div class=\"chips\"><span class=\"legend\">{kind}</span><div>{chips}</div></div>")
            }
        }
    });
    let rows: String = rows.collect();
    let times: String = TIMES
        .iter()
        .map(|times| format!("<option value=\"{times}\">{times} ×</option>"))
        .collect();
    let to = match lab.stub(Side::Server) {
        Some(_) => {
            "<label>To <select name=\"to\"><option value=\"lab\">server.rs</option><option \
             value=\"stub\">start-server.rs</option></select></label>"
        }
        None => "",
    };
    pane(
        "say",
        false,
        &format!(
            "<div class=\"presets\">{rows}</div>\n<form data-post=\"say\"><label class=\"hush\" for=\"box\">What \
             the client says, in the notation</label><textarea id=\"box\" name=\"say\" rows=\"4\" \
             spellcheck=\"false\" autocapitalize=\"off\" autocomplete=\"off\" wrap=\"soft\">{}</textarea>\n<p \
             class=\"note\">Each line is bytes. A line end is sent only where you write <code>\\n</code> or \
             <code>\\r\\n</code>; <code>~ 500ms</code> waits, <code>C fin</code> says that this was all, and \
             <code>C2&gt;&nbsp;…</code> speaks on a second connection.</p><div \
             class=\"pick\"><label>Cut <select name=\"delivery\"><option value=\"whole\">in one \
             write</option><option value=\"bytes\">one byte at a time</option><option value=\"halves\">in two \
             halves</option></select></label><label>Visits <select name=\"times\">{times}</select></label>{to}<span class=\"doit\"><button type=\"button\" \
             data-say=\"C fin\" title=\"That was all: FIN\">FIN</button><button type=\"button\" data-say=\"C rst\" \
             title=\"Break off: RST\">RST</button><button class=\"go\">Send</button></span></div></form>\n<p \
             class=\"state\" id=\"say-state\" role=\"status\">Send opens a connection to the lab's server. While it \
             is open, Send says more on it.</p>\n{}{}<div id=\"say-after\"></div>\n",
            xml_text(&first),
            ladder("say", "What you and the server send to each other"),
            replay("say")
        ),
    )
}

/// A button that fills the box, or does something to the server.
fn chip(at: usize, preset: &Preset) -> String {
    let (title, said) = (xml_text(&preset.title), xml_text(&preset.said()));
    let said = said.replace('\n', "&#10;");
    let fills = match preset.kind == presets::THE_SERVER {
        true => String::new(),
        false => format!(" data-box=\"{said}\""),
    };
    format!(
        "<button type=\"button\" class=\"chip\" id=\"chip-{at}\"{fills} data-delivery=\"{}\" data-times=\"{}\" \
         data-server=\"{}\" data-to=\"{}\">{title}</button>",
        preset.delivery,
        preset.times,
        xml_text(&preset.server),
        if preset.stub { "stub" } else { "lab" }
    )
}

fn check_pane(lab: &Lab, live: &Live) -> String {
    let sides = lab.exercises();
    if sides.is_empty() {
        return pane(
            "check",
            false,
            "<p class=\"state\">This lab has no exercise.</p>\n",
        );
    }
    let number = lab.number;
    let buttons = sides.iter().map(|side| {
        let word = side.word();
        format!("<button class=\"go\" name=\"side\" value=\"{word}\">Check my {word}</button>")
    });
    let buttons: String = buttons.collect();
    let programs = sides.iter().map(|side| {
        let given = match side {
            Side::Server => &live.commands().server,
            Side::Client => &live.commands().client,
        };
        match given {
            Some(command) => xml_text(command),
            None => {
                let program = lab.program("my", *side);
                let place = locations::workbench().map(|workbench| workbench.source(&program));
                xml_text(&place.unwrap_or(program))
            }
        }
    });
    let programs: Vec<String> = programs
        .map(|name| format!("<code>{name}</code>"))
        .collect();
    let given = live.commands().server.is_some() || live.commands().client.is_some();
    let start = match given {
        true => String::new(),
        false => format!(
            " If it is not there yet: <kbd>cargo lab start {number}</kbd><button type=\"button\" \
             class=\"copy\" aria-label=\"Copy: cargo lab start {number}\">copy</button>"
        ),
    };
    pane(
        "check",
        false,
        &format!(
            "<form data-post=\"check\"><div class=\"pick\">{buttons}<label class=\"box\"><input type=\"checkbox\" \
             name=\"watch\" value=\"on\" checked> and at each save</label></div></form>\n<p class=\"note\">{}.{start}</p>\n<p class=\"state\" id=\"check-state\" \
             role=\"status\">The check plays the other side, in every weather, and compares each \
             byte.</p>\n<div id=\"check-grid\"></div>\n<div id=\"check-result\"></div>\n<form \
             data-post=\"hint\" class=\"pick\"><button>Next hint</button></form><div id=\"check-hint\"></div>\n",
            programs.join(", ")
        ),
    )
}

/// What a program printed, at most so many lines of it; nothing when it printed nothing.
pub fn printed(title: &str, text: &str) -> String {
    const LINES: usize = 14;
    if text.trim().is_empty() {
        return String::new();
    }
    let count = text.lines().count();
    let mut shown: Vec<String> = text
        .lines()
        .take(LINES)
        .map(|line| {
            let line: String = line.chars().take(200).collect();
            xml_text(&line.replace(char::is_control, "·"))
        })
        .collect();
    if count > LINES {
        shown.push(format!("… {}", count_of(count - LINES, "more line")));
    }
    format!(
        "<p class=\"note\">{title}:</p><pre class=\"plain\">{}</pre>",
        shown.join("\n")
    )
}
