//! What stands around the drawing: the beginning of the file with its style, the title, the two names.

use super::{WIDTH, lifeline, side};
use crate::wire::picture_label::fitted;
use crate::wire::{Who, xml_text};

/// Colours by class. The picture brings its own background, because a page may be dark where the
/// system is light.
const STYLE: &str = "\
text{font:13px ui-monospace,monospace;white-space:pre;fill:#1f2328}
.sans{font-family:system-ui,sans-serif}
.title{font-size:16px;font-weight:600}
.name{font-weight:600;fill:#fff}
.dim{fill:#6a737d}
.stray{fill:#c4162a;font-weight:700;text-decoration:underline}
.hole{font-style:italic}
.page{fill:#fff;stroke:#d5dae0}
.life{stroke:#aab2bb;stroke-width:2}
.rung{stroke-width:2;fill:none;stroke-linecap:round}
.who{font-weight:700}
.c .who,.c .word,.c.head,.c .head{fill:#0a5bb5}
.s .who,.s .word,.s.head,.s .head{fill:#a84300}
.c .rung{stroke:#0a5bb5}
.s .rung{stroke:#a84300}
.c .box{fill:#eaf3fe;stroke:#bcd9f8}
.s .box{fill:#fdf1e6;stroke:#f3d3b5}
.bad .rung{stroke:#c4162a}
.rung.bar{stroke-width:3}
.rung.ring{fill:#fff}
.bad .word,.bad .head{fill:#c4162a}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.name{fill:#0d1117}
.dim{fill:#8d96a0}
.stray{fill:#ff7b72}
.page{fill:#0d1117;stroke:#30363d}
.life{stroke:#57606a}
.c .who,.c .word,.c.head,.c .head{fill:#79b8ff}
.s .who,.s .word,.s.head,.s .head{fill:#ffab70}
.c .rung{stroke:#79b8ff}
.s .rung{stroke:#ffab70}
.c .box{fill:#10243e;stroke:#1f4470}
.s .box{fill:#2e1c0d;stroke:#5f3a1a}
.bad .rung{stroke:#ff7b72}
.rung.ring{fill:#0d1117}
.bad .word,.bad .head{fill:#ff7b72}
}
";

/// The beginning of the file: its size, its name, its style, its background.
pub(super) fn page(title: &str, height: &str, inner_height: &str) -> String {
    let name = if title.is_empty() {
        "A client and a server"
    } else {
        title
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" xml:space=\"preserve\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"page\" x=\"1\" y=\"1\" width=\"{}\" height=\"{inner_height}\" rx=\"10\"/>\n",
        xml_text(name),
        WIDTH - 2,
    )
}

/// The title, and who stands where.
pub(super) fn names(title: &str) -> String {
    let mut svg = format!(
        "<text class=\"sans title\" x=\"{}\" y=\"38\" text-anchor=\"middle\">{}</text>\n",
        WIDTH / 2,
        xml_text(&fitted(title, 60))
    );
    for (who, name) in [(Who::Client, "client"), (Who::Server, "server")] {
        let (x, side) = (lifeline(who), side(who));
        svg.push_str(&format!(
            "<g class=\"{side}\"><rect class=\"head\" x=\"{}\" y=\"20\" width=\"76\" height=\"26\" rx=\"13\"/>\
             <text class=\"sans name\" x=\"{x}\" y=\"37\" text-anchor=\"middle\">{name}</text></g>\n",
            x - 38
        ));
    }
    svg
}
