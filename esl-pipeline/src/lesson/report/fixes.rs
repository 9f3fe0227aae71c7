//! Changes of the source that mend it.

use crate::lesson::{Diagnostic, Fix};

/// Applies the fixes of `diagnostics` to `source`.
///
/// Of fixes that overlap, the first in the text is applied; check the result again for the others.
/// Fixes that do not fit `source` are left out.
#[must_use]
pub fn apply_fixes(source: &str, diagnostics: &[Diagnostic]) -> String {
    let mut fixes: Vec<&Fix> = diagnostics
        .iter()
        .filter_map(|found| found.fix.as_ref())
        .collect();
    fixes.sort_by_key(|fix| fix.span);
    fixes.dedup();
    let mut mended = String::with_capacity(source.len());
    let mut done = 0;
    for Fix { span, replacement } in fixes {
        let fits = source.get(span.start..span.end).is_some();
        let Some(kept) = source.get(done..span.start).filter(|_| fits) else {
            continue;
        };
        mended.push_str(kept);
        mended.push_str(replacement);
        done = span.end;
    }
    mended.push_str(&source[done..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Code, Span};

    fn fix(start: usize, end: usize, replacement: &str) -> Diagnostic {
        let span = Span::new(start, end);
        Diagnostic::new(Code::HeadingTooDeep, span, "").fix(span, replacement)
    }

    #[test]
    fn fixes_are_applied_in_the_order_of_the_text() {
        assert_eq!(
            apply_fixes("abcdef", &[fix(4, 5, "E"), fix(1, 1, "+"), fix(0, 1, "")]),
            "+bcdEf"
        );
    }

    #[test]
    fn overlapping_and_foreign_fixes_are_left_out() {
        assert_eq!(
            apply_fixes("abc", &[fix(0, 2, "x"), fix(1, 3, "y"), fix(9, 9, "z")]),
            "xc"
        );
        assert_eq!(apply_fixes("é", &[fix(1, 2, "x")]), "é");
    }
}
