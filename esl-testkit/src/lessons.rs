//! Valid lessons, made up from a number: the same number makes the same lesson.
//!
//! They are made to meet the limits of a workspace: long texts, deep lists, many rows, many runs of
//! formatted words, and everything inside everything that may hold it.

use std::fmt::Write as _;

const WORDS: [&str; 14] = [
    "left",
    "right",
    "the",
    "station",
    "museum",
    "____",
    "naïve",
    "мост",
    "橋",
    "🧭",
    "it's",
    "well-known",
    "3.5",
    "o'clock",
];

/// A lesson in the form of the lesson format, without errors.
#[must_use]
pub fn made_up_lesson(seed: u64) -> String {
    let mut author = Author {
        chance: seed,
        text: String::new(),
    };
    author.write();
    author.text
}

struct Author {
    chance: u64,
    text: String,
}

impl Author {
    /// A number below `end`. (Splitmix64.)
    fn below(&mut self, end: u64) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.chance;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % end.max(1)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn words(&mut self, count: u64) -> String {
        let words: Vec<_> = (0..count.max(1))
            .map(|_| WORDS[self.below(WORDS.len() as u64) as usize])
            .collect();
        words.join(" ")
    }

    /// Words with looks, links and formulas.
    fn prose(&mut self, runs: u64) -> String {
        let mut prose = String::from("So");
        for _ in 0..runs.max(1) {
            let words = self.words(3);
            let number = self.below(1000);
            let run = match self.below(9) {
                0 => format!("**{words}**"),
                1 => format!("*{words}*"),
                2 => format!("`{words}`"),
                3 => format!("[{words}](https://example.com/{number}?a=1)"),
                4 => format!("$x^2 + {number}$"),
                5 => format!("[{words}]{{red}}"),
                6 => format!("<u>{words}</u>"),
                7 => format!("~~{words}~~"),
                _ => words,
            };
            let _ = write!(prose, " {run}");
        }
        prose
    }

    fn write(&mut self) {
        let title = self.below(60);
        let title = self.words(title);
        self.line("```markdown");
        self.line("---");
        self.line(&format!("title: \"Lesson {title}\""));
        self.line("student: \"Sample Student\"\nlevel: B1\ntopic: [Travel, Directions]");
        self.line("input_type: generate\nspeaker_labels: [Anna, Ben]\nicon: 🧭\n---\n");
        self.line("## 1. 🎯 This Week's Mission Briefing");
        self.pieces(2, 2);
        self.line("## 2. 🗺️ Your Homework Roadmap");
        let deepest = self.below(8);
        self.list(deepest);
        self.pieces(2, 2);
        self.line("## 3. 🎧 Input Material: A Walk");
        self.study_text();
        self.line("## 4. 🛠️ Language Toolkit: Useful Language");
        self.pieces(8, 3);
        self.line("## 5. ✍️ Practice & Pronunciation\n### A. 🔩 Controlled Practice");
        for number in 1..=8 {
            let words = self.words(4);
            self.line(&format!("{number}. ____ {words} (go / went)"));
        }
        self.line("\n### B. 🤔 Comprehension Check\n1. Where is it?\n2. Why there?\n");
        self.pieces(4, 3);
        self.line("## 6. ✅ Your Turn: Complete the Mission!\nRecord one minute.\n");
        self.line("## 7. 🧠 Why This Mission Helps You");
        let runs = self.below(40);
        let prose = self.prose(runs);
        self.line(&format!("{prose}\n"));
        self.line("## 8. 🔑 Answer Key & Sample Mission\n:::toggle-h2 Answer Key\n1. go\n:::\n");
        self.line("## 9. 👩‍🏫 Teacher's Follow-up Plan");
        self.line(":::toggle-heading Teacher's Follow-up Plan\n* Swap roles.\n:::");
        self.line("```");
    }

    fn study_text(&mut self) {
        self.line(":::study-text Dialogue");
        let most = if self.below(8) == 0 { 150 } else { 12 };
        for number in 0..2 + self.below(most) {
            let speaker = ["Anna", "Ben"][number as usize % 2];
            let words = self.words(8);
            self.line(&format!("{speaker}: Take the {words}."));
        }
        self.line(":::\n");
    }

    fn pieces(&mut self, most: u64, levels: u64) {
        let prose = self.prose(2);
        self.line(&prose);
        self.line("");
        for _ in 0..self.below(most + 1) {
            self.piece(levels);
            self.line("");
        }
    }

    fn piece(&mut self, levels: u64) {
        let kinds = if levels > 0 { 14 } else { 10 };
        match self.below(kinds) {
            0 => {
                let runs = if self.below(6) == 0 { 130 } else { 5 };
                let prose = self.prose(runs);
                self.line(&prose);
            }
            1 => {
                let words = self.below(1200);
                let words = self.words(words);
                self.line(&words);
            }
            2 => {
                let deepest = self.below(9);
                self.list(deepest);
            }
            3 => self.table(),
            4 => {
                let words = self.below(900);
                let words = self.words(words);
                self.line(&format!("~~~rust\n{words}\n~~~"));
            }
            5 => self.line("$$\nE = m c^2\n$$"),
            6 => {
                let prose = self.prose(6);
                self.line(&format!("> {prose}\n> and on"));
            }
            7 => self.line("- [x] listen\n- [ ] write"),
            8 => self.line("![A map](https://example.com/map.png \"The map\")"),
            9 => self.line("https://example.com/words"),
            10 => self.container(":::callout 💡", levels),
            11 => self.container(":::toggle-heading More", levels),
            12 => self.container(":::toggle-h3 Still more", levels),
            _ => self.columns(levels),
        }
    }

    fn container(&mut self, opening: &str, levels: u64) {
        self.line(opening);
        self.pieces(3, levels - 1);
        if self.below(10) == 0 {
            for number in 0..130 {
                self.line(&format!("- item {number}"));
            }
        }
        self.line(":::");
    }

    fn columns(&mut self, levels: u64) {
        self.line(":::column-list");
        for _ in 0..2 + self.below(3) {
            self.line(":::column");
            self.pieces(2, levels - 1);
            self.line(":::");
        }
        self.line(":::");
    }

    fn list(&mut self, deepest: u64) {
        for level in 0..=deepest {
            let indent = "  ".repeat(level as usize);
            for _ in 0..1 + self.below(3) {
                let prose = self.prose(2);
                self.line(&format!("{indent}- {prose}"));
            }
        }
    }

    fn table(&mut self) {
        let width = 1 + self.below(6) as usize;
        let rows = if self.below(5) == 0 { 120 } else { 4 };
        self.line(&format!("|{}", " head |".repeat(width)));
        self.line(&format!("|{}", " --- |".repeat(width)));
        for _ in 0..rows {
            let cells: String = (0..width)
                .map(|_| format!(" {} |", self.words(2)))
                .collect();
            self.line(&format!("|{cells}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::made_up_lesson;

    #[test]
    fn a_number_makes_one_lesson() {
        assert_eq!(made_up_lesson(7), made_up_lesson(7));
        assert_ne!(made_up_lesson(7), made_up_lesson(8));
    }
}
