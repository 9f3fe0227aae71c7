//! "Did you mean": the known name that was probably meant.

/// How many letters may differ.
const MAX_DISTANCE: usize = 2;

/// Names longer than this are not compared.
const MAX_LENGTH: usize = 64;

/// The candidate nearest to `name`, ignoring case, if at most two letters differ and more agree.
#[must_use]
pub fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if name.len() > MAX_LENGTH {
        return None;
    }
    let name = name.to_lowercase();
    let length = name.chars().count();
    let is_near = |candidate: &&str| candidate.chars().count().abs_diff(length) <= MAX_DISTANCE;
    candidates
        .into_iter()
        .filter(is_near)
        .map(|candidate| {
            let distance = strsim::osa_distance(&name, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= MAX_DISTANCE && *distance * 2 < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether `name` is `known` with one slip: a letter left out, added or changed, or two swapped.
#[must_use]
pub fn is_slip(name: &str, known: &str) -> bool {
    strsim::osa_distance(name, known) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_found_and_far_ones_are_not() {
        let names = ["callout", "column", "toc"];
        assert_eq!(closest("Colum", names), Some("column"));
        assert_eq!(closest("calluot", names), Some("callout"));
        assert_eq!(closest("warning", names), None);
        assert_eq!(closest("xy", names), None);
    }

    #[test]
    fn a_slip_is_one_letter_or_two_swapped() {
        for name in ["colum", "collumn", "calumn", "coulmn"] {
            assert!(is_slip(name, "column"), "{name}");
        }
        for name in ["column", "calum", "nmuloc"] {
            assert!(!is_slip(name, "column"), "{name}");
        }
    }
}
