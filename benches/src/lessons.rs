//! Valid lessons of any size, the same for the same size.

use std::fmt::Write as _;

const HEAD: &str = "\
---
title: \"A long way round\"
student: \"Sample Student\"
level: B1
topic: [Travel, Directions]
input_type: generate
speaker_labels: [SPEAKERS]
icon: 🧭
---

:::toc

## 1. 🎯 This Week's Mission Briefing
:::callout 🎯
**Goal:** explain a walking route in *five* sentences.
:::

## 2. 🗺️ Your Homework Roadmap
* Quick plan (10 min): part 3, then part 6
  * skip the table
";

const TAIL: &str = "
## 6. ✅ Your Turn: Complete the Mission!
Record one minute of directions from your door to a shop.

## 7. 🧠 Why This Mission Helps You
Short commands are easy to remember under stress.

## 8. 🔑 Answer Key & Sample Mission
:::toggle-h2 Answer Key
1. opposite
2. Turn
:::

## 9. 👩‍🏫 Teacher's Follow-up Plan
:::toggle-heading Teacher's Follow-up Plan
* Draw a map together and swap roles.
:::
";

/// One of each common form, about 1 KB: what grows when a lesson of a wanted size is made.
const TOOLKIT: &str = "
### Moving and **finding** places
- go **straight on** until you see the *old* bridge
- take the `second` street on the left, see [the map](https://example.com/map?a=1)
  - it is narrow, and ____ cars may enter it
  - mind the step at number 17
1. The bank is ____ the park. (opposite)
2. ____ left at the corner, ~~not right~~. (turn)

| Phrase | Meaning |
| --- | --- |
| `next to` | very close, **at the side** of |
| *across from* | on the other side \\| opposite |

> [!TIP]
> Say the street first and the number *after* it.

:::column-list
:::column
Ask politely: **Excuse me**, could you tell me the way to the station?
:::
:::column
Answer clearly: it's *ten minutes* on foot, or two stops by tram.
:::
:::

Learners often forget the little words: *on* the left, *at* the corner, *in* the street, *over* the bridge.
";

const PRACTICE: &str = "
## 5. ✍️ Practice & Pronunciation
### A. 🔩 Controlled Practice
1. one ____
2. two ____
3. three ____
4. four ____
5. five ____
6. six ____
7. seven ____
8. eight ____

### B. 🤔 Comprehension Check
1. Where does the visitor want to go?
2. What is opposite the park?
";

const SENTENCES: [&str; 4] = [
    "Go straight on for about two hundred metres, and then turn left at the old stone bridge.",
    "Do I cross the river there, or do I stay on this side of it until the market?",
    "Stay on this side; you will see a green door, a bakery and a very small bookshop.",
    "That sounds easy enough, but could you say the name of the street once more, please?",
];

fn lesson(speakers: &[&str], spoken_lines: usize, toolkits: usize) -> String {
    let head = HEAD.replace("SPEAKERS", &speakers.join(", "));
    let mut text = format!("```markdown\n{head}");
    text.push_str("\n## 3. 🎧 Input Material: A Walk to the Museum\n:::study-text Dialogue\n");
    for number in 0..spoken_lines {
        let speaker = speakers[number % speakers.len()];
        let sentence = SENTENCES[number % SENTENCES.len()];
        let _ = writeln!(text, "{speaker}: {sentence} That is part {number}.");
    }
    text.push_str(":::\n\n## 4. 🛠️ Language Toolkit: Useful Language\n");
    for _ in 0..toolkits {
        text.push_str(TOOLKIT);
    }
    text.push_str(PRACTICE);
    text.push_str(TAIL);
    text.push_str("```\n");
    text
}

fn dialogue(spoken_lines: usize, toolkits: usize) -> String {
    lesson(&["Guide", "Visitor"], spoken_lines, toolkits)
}

/// A lesson of about `bytes` bytes, never less.
#[must_use]
pub fn lesson_of_bytes(bytes: usize) -> String {
    let small = dialogue(8, 1);
    let missing = bytes.saturating_sub(small.len());
    dialogue(8, 1 + missing.div_ceil(TOOLKIT.len()))
}

/// A lesson whose study text takes about `minutes` minutes to say.
#[must_use]
pub fn lesson_spoken_for(minutes: usize) -> String {
    const LINES_PER_MINUTE: usize = 9;
    dialogue(minutes * LINES_PER_MINUTE, 1)
}

/// A lesson whose study text is a dialogue of two with `lines` lines.
#[must_use]
pub fn dialogue_of(lines: usize) -> String {
    dialogue(lines, 1)
}

/// A lesson whose study text is told by one narrator in `lines` lines.
#[must_use]
pub fn monologue_of(lines: usize) -> String {
    lesson(&["Narrator"], lines, 1)
}
