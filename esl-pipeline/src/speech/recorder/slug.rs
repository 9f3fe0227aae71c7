//! A student's name as a part of file names.

use unicode_normalization::UnicodeNormalization as _;

/// The name in `a-z 0-9 -`, with a hyphen at the end; empty if no letter of it can be kept. For
/// [`Target::prefix`](super::Target::prefix), where the user wants names in files.
#[must_use]
pub fn file_prefix(student: &str) -> String {
    let is_mark = |character: &char| ('\u{300}'..='\u{36F}').contains(character);
    let plain: String = student
        .nfkd()
        .filter(|character| !is_mark(character))
        .collect();
    let plain = plain.to_lowercase();
    plain
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .flat_map(|word| [word, "-"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_parts_of_file_names() {
        assert_eq!(file_prefix("Crème Brûlée №7"), "creme-brulee-no7-");
        assert_eq!(file_prefix("  A--b "), "a-b-");
        assert_eq!(file_prefix("Мария"), "");
    }
}
