//! Bytes to lines, with `\n`, `\r\n` or a lone `\r` as their ends.

use crate::{Error, Limits};

/// A line without its end, not yet decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub bytes: &'a [u8],
    /// Counted from 1.
    pub number: u64,
    /// Offset behind the line in the inflated bytes.
    pub end: u64,
    /// Whether the line went on beyond `line_bytes_max`.
    pub is_cut: bool,
}

/// Splits what is pushed. A line that lies whole in the pushed bytes is never copied.
#[derive(Debug)]
pub(crate) struct Lines {
    line_bytes_max: usize,
    /// Beginning of a line whose end has not come yet; at most `line_bytes_max`.
    held: Vec<u8>,
    /// Whether bytes of the held line were skipped.
    is_cut: bool,
    /// Whether a `\n` would belong to the `\r` before it.
    after_cr: bool,
    number: u64,
    offset: u64,
}

impl Lines {
    pub(crate) const fn new(limits: &Limits) -> Self {
        Self {
            line_bytes_max: limits.line_bytes_max,
            held: Vec::new(),
            is_cut: false,
            after_cr: false,
            number: 1,
            offset: 0,
        }
    }

    /// Bytes taken so far.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// The line that is being read, counted from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        each: &mut dyn FnMut(Line<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes.first() == Some(&b'\n') {
                self.offset += 1;
                bytes = bytes.get(1..).unwrap_or_default();
                continue;
            }
            let Some(at) = memchr::memchr2(b'\n', b'\r', bytes) else {
                self.hold(bytes);
                break;
            };
            let (line, rest) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
            self.after_cr = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
            self.end_line(line, each)?;
        }
        Ok(())
    }

    /// The last line, where the list does not end with a line end.
    pub(crate) fn finish(
        &mut self,
        each: &mut dyn FnMut(Line<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.held.is_empty() {
            Ok(())
        } else {
            self.end_line(&[], each)
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        let room = self.line_bytes_max - self.held.len();
        self.is_cut |= bytes.len() > room;
        self.held
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn end_line(
        &mut self,
        line: &[u8],
        each: &mut dyn FnMut(Line<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let number = self.number;
        self.number += 1;
        let result = if self.held.is_empty() {
            self.offset += line.len() as u64 + 1;
            let bytes = line.get(..self.line_bytes_max).unwrap_or(line);
            each(Line {
                bytes,
                number,
                end: self.offset,
                is_cut: bytes.len() < line.len(),
            })
        } else {
            self.hold(line);
            self.offset += 1;
            each(Line {
                bytes: &self.held,
                number,
                end: self.offset,
                is_cut: self.is_cut,
            })
        };
        self.held.clear();
        self.is_cut = false;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&str], line_bytes_max: usize) -> Vec<(String, u64, bool)> {
        let mut lines = Lines::new(&Limits {
            line_bytes_max,
            ..Limits::default()
        });
        let mut out = Vec::new();
        let mut each = |line: Line<'_>| {
            out.push((
                String::from_utf8(line.bytes.to_vec()).unwrap(),
                line.number,
                line.is_cut,
            ));
            Ok(())
        };
        for piece in pieces {
            lines.push(piece.as_bytes(), &mut each).unwrap();
        }
        lines.finish(&mut each).unwrap();
        out
    }

    #[test]
    fn knows_all_three_line_ends_and_counts_lines() {
        let expected: Vec<_> = [
            ("a", 1, false),
            ("", 2, false),
            ("b", 3, false),
            ("c", 4, false),
            ("d", 5, false),
        ]
        .map(|(text, number, is_cut)| (text.to_owned(), number, is_cut))
        .into();
        assert_eq!(split(&["a\r\n\r\nb\rc\nd"], 10), expected);
        assert_eq!(
            split(&["a\r", "\n\r", "\nb", "\r", "c", "\nd"], 10),
            expected
        );
    }

    #[test]
    fn cuts_a_long_line_alike_whole_or_in_pieces() {
        let expected = [("abc".to_owned(), 1, true), ("xyz".to_owned(), 2, false)];
        assert_eq!(split(&["abcdefg\nxyz\n"], 3), expected);
        assert_eq!(split(&["a", "bcd", "efg", "\nxy", "z"], 3), expected);
    }
}
