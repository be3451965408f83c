//! What may be set.

/// How alike names must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// One letter may differ in names that are alike by so many percent: at 85 %, in names of
    /// seven letters or more. 100 allows no difference. More than one letter never may differ.
    pub similarity_percent: u8,
    /// Channels whose names are alike by so many percent stand beside each other in a group.
    pub grouping_percent: u8,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            similarity_percent: 85,
            grouping_percent: 75,
        }
    }
}

impl Options {
    /// Letters from which on one may differ: 1 - 1/letters reaches the similarity.
    pub(crate) fn letters_for_a_slip(self) -> usize {
        match 100_usize.checked_sub(usize::from(self.similarity_percent)) {
            None | Some(0) => usize::MAX,
            Some(difference) => 100_usize.div_ceil(difference),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_a_number_of_letters() {
        let letters = |similarity_percent| {
            let options = Options {
                similarity_percent,
                ..Options::default()
            };
            options.letters_for_a_slip()
        };
        assert_eq!(letters(85), 7);
        assert_eq!(letters(80), 5);
        assert_eq!(letters(90), 10);
        assert_eq!(letters(100), usize::MAX);
        assert_eq!(letters(255), usize::MAX);
        assert_eq!(letters(0), 1);
    }
}
