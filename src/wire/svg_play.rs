//! The ladder as an animated picture: step after step, only with CSS.
//!
//! Rule 1: a pause lasts as long as it did, but at most [`LONGEST`]; between two steps there is at least
//! [`STEP`], so that a reader can follow. Rule 2: with the setting "prefers reduced motion" the whole picture
//! is shown at once.

use std::time::Duration;

use super::svg::Drawing;
use super::{Entry, Gap, Transcript};

/// Between two steps, in milliseconds.
const STEP: u128 = 700;
/// The longest pause.
const LONGEST: Duration = Duration::from_millis(1500);

const STYLE: &str = "\
.step{opacity:0;animation:appear .35s ease-out forwards}
@keyframes appear{from{opacity:0;transform:translateY(-6px)}to{opacity:1;transform:none}}
@media (prefers-reduced-motion:reduce){.step{opacity:1;animation:none}}
@media print{.step{opacity:1;animation:none}}
";

/// The whole picture, as `svg` draws it; each step appears in its time.
pub fn svg_play(transcript: &Transcript) -> String {
    let mut drawing = Drawing::new();
    let mut delay = 300;
    for (at, entry) in transcript.entries().iter().enumerate() {
        if let Entry::Gap(Gap::Exactly(gap)) = entry {
            delay += gap.min(&LONGEST).as_millis();
        }
        let before = drawing.steps.len();
        drawing.entry_with_fate(entry, transcript.fate_at(at));
        let drawn = drawing.steps.split_off(before);
        if drawn.is_empty() {
            continue;
        }
        let step = format!("<g class=\"step\" style=\"animation-delay:{delay}ms\">\n{drawn}</g>\n");
        drawing.steps.push_str(&step);
        if !matches!(entry, Entry::Gap(_)) {
            delay += STEP;
        }
    }
    let title = transcript.heading("title").unwrap_or_default();
    let picture = drawing.finish(title);
    picture.replacen("</style>", &format!("{STYLE}</style>"), 1)
}
