//! Cuts a text that is too long for one request: at sentence ends, else between words, else
//! between graphemes, never inside one.

use unicode_segmentation::UnicodeSegmentation as _;

/// The parts of `text` in order, each of at most `max` characters (Unicode scalar values) unless a
/// single grapheme has more. Only white space between parts is lost, and parts that have no letter
/// and no digit: engines fail on them.
pub(super) fn parts(text: &str, max: usize) -> Vec<&str> {
    let mut cutter = Cutter::new(text, max);
    for sentence in text.split_sentence_bounds() {
        if fits(sentence, max) {
            cutter.add(sentence);
            continue;
        }
        for word in sentence.split_inclusive(char::is_whitespace) {
            if fits(word, max) {
                cutter.add(word);
            } else {
                word.graphemes(true).for_each(|cluster| cutter.add(cluster));
            }
        }
    }
    cutter.finish()
}

fn fits(text: &str, max: usize) -> bool {
    text.chars().count() <= max
}

/// Fills parts greedily with consecutive pieces of one text.
struct Cutter<'a> {
    text: &'a str,
    max: usize,
    start: usize,
    end: usize,
    characters: usize,
    parts: Vec<&'a str>,
}

impl<'a> Cutter<'a> {
    const fn new(text: &'a str, max: usize) -> Self {
        Self {
            text,
            max,
            start: 0,
            end: 0,
            characters: 0,
            parts: Vec::new(),
        }
    }

    /// Takes the piece that follows what was taken before.
    fn add(&mut self, piece: &str) {
        // White space at the end of a part is cut off, so it never has to fit.
        let characters = piece.trim_end().chars().count();
        if self.characters + characters > self.max {
            self.cut();
        }
        self.end += piece.len();
        self.characters += piece.chars().count();
    }

    fn cut(&mut self) {
        let part = self.text[self.start..self.end].trim();
        if part.contains(char::is_alphanumeric) {
            self.parts.push(part);
        }
        self.start = self.end;
        self.characters = 0;
    }

    fn finish(mut self) -> Vec<&'a str> {
        self.cut();
        self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_at_the_largest_boundary_that_helps() {
        let cases: [(&str, usize, &[&str]); 6] = [
            ("Well done!", 9, &["Well", "done!"]),
            (
                "One two. Three four. Five.",
                26,
                &["One two. Three four. Five."],
            ),
            (
                "One two. Three four. Five.",
                20,
                &["One two. Three four.", "Five."],
            ),
            ("One two three four.", 9, &["One two", "three", "four."]),
            ("incomprehensible", 6, &["incomp", "rehens", "ible"]),
            (
                "e\u{301}e\u{301}e\u{301}",
                3,
                &["e\u{301}", "e\u{301}", "e\u{301}"],
            ),
        ];
        for (text, max, expected) in cases {
            assert_eq!(parts(text, max), expected, "{text} at {max}");
        }
    }

    proptest::proptest! {
        #[test]
        fn parts_keep_all_words_and_the_limit(text in "[a-d .!é👩\u{301}]{0,80}", max in 1_usize..30) {
            let parts = parts(&text, max);
            for part in &parts {
                let is_one_grapheme = part.graphemes(true).count() == 1;
                proptest::prop_assert!(fits(part, max) || is_one_grapheme);
            }
            let letters = |text: &str| text.replace(|c: char| !c.is_alphanumeric(), "");
            proptest::prop_assert_eq!(letters(&parts.concat()), letters(&text));
        }
    }
}
