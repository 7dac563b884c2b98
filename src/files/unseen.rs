//! Invisible characters, and characters that make a text look like another text.
//!
//! Rule: all code that shows untrusted text uses this one list: listings, bills, classes, terminals.

/// Control characters, and those of Unicode that show nothing or turn the direction of the text: with them
/// `gpj.exe` is shown as `exe.jpg`, and two different names as the same (Unicode Technical Report 36).
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_shows_nothing_is_unseen_and_one_that_joins_others_is_not() {
        let unseen =
            "\n\u{9b}\u{ad}\u{200b}\u{202e}\u{2028}\u{2800}\u{3164}\u{feff}\u{1d173}\u{e0041}";
        assert!(unseen.chars().all(is_unseen));
        // Emoji and Persian need the joiners, and an emoji its variation selector.
        assert!(!"a é 🌮 \u{200c}\u{200d}\u{fe0f}".chars().any(is_unseen));
    }
}
