//! The notation, version 1: a transcript as plain text with CR and LF visible, and back.
//!
//! Rule 1: `parse(render(x)) == x` for every transcript in normal form, and what `render` writes is
//! the canonical form: ASCII outside notes and headings, no line that ends in a space.
//! Rule 2: reading is liberal (CRLF, upper-case hex, other line breaks, no final newline), writing
//! is not. Rule 3: no text makes the reader panic, or allocate beyond `limits`.
//!
//! ```text
//! transcript  = *heading *( bytes / hex / event / time / note / blank )
//! heading     = "@" key [ SP text ] EOL
//! bytes       = who "> " ( 1*unit / *unit end ) EOL
//! hex         = who "x " hexpair *( *SP hexpair ) [ *SP "|" text "|" ] EOL
//! event       = who SP ( "connect" / "refuse" / "fin" / "rst" / "timeout" SP duration ) EOL
//! time        = "~" [ SP ( duration / duration ".." duration / "end" ) ] EOL
//! note        = "#" [ SP text ] EOL
//! who         = ( "C" / "S" ) [ conn ]
//! unit        = plain / escape / mask / repeat
//! plain       = %x20-5B / %x5D-7E
//! escape      = "\r" / "\t" / "\\" / "\x" 2HEXDIG
//! end         = "\n" [ *SP "#" [ SP text ] ]
//! mask        = "\{" name *( SP arg ) "}"
//! repeat      = "\{" 1*DIGIT "*" 1*( plain / escape / "\n" ) "}"
//! duration    = 1*DIGIT [ "." 1*3DIGIT ] "ms"
//! ```

mod byte_text;
mod chunk_text;
mod error;
mod fast_byte_search;
mod parse;
mod parse_bytes;
mod plain_lines;
mod render;
mod sides_events_masks;
mod text_or_hex;

pub use error::{ParseError, ParseFault};
pub(in crate::wire) use render::line_ends;
pub use render::{chunk_lines, chunk_lines_within, render_bytes_into, render_entry_into};
pub(in crate::wire) use sides_events_masks::number_from;
pub use sides_events_masks::{duration_text, event_text, gap_text, mask_text, who_text};
