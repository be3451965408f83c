//! The stages wired together.

use std::ops::ControlFlow;

use charset::Charset;

use crate::{
    Entry, Error, Limits, Summary,
    gunzip::Gunzip,
    lines::Lines,
    list::{Each, List},
};

/// Reads a list as it arrives. The entries do not depend on how the bytes are cut into pieces.
///
/// ```
/// # use playlist as playlist;
/// use std::ops::ControlFlow;
///
/// let mut reader = playlist::Reader::new(playlist::Limits::default());
/// let mut names = Vec::new();
/// for piece in [b"#EXTM3U\n#EXTINF:-1,On".as_slice(), b"e\nhttp://a.example/1\n"] {
///     reader.push(piece, &mut |entry| {
///         names.push(entry.name.to_owned());
///         ControlFlow::Continue(())
///     })?;
/// }
/// let summary = reader.finish(&mut |_| ControlFlow::Continue(()))?;
/// assert_eq!((names, summary.entries), (vec!["One".to_owned()], 1));
/// # Ok::<(), playlist::Error>(())
/// ```
pub struct Reader {
    gunzip: Gunzip,
    text: Text,
    bytes: u64,
}

/// The stages behind gzip.
struct Text {
    charset: Charset,
    lines: Lines,
    list: List,
    inflated_bytes: u64,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("bytes", &self.bytes)
            .field("entries", &self.text.list.entries)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader at the beginning of a list.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            gunzip: Gunzip::new(),
            text: Text {
                charset: Charset::new(),
                lines: Lines::new(&limits),
                list: List::new(limits),
                inflated_bytes: 0,
            },
            bytes: 0,
        }
    }

    /// Takes the next bytes and calls `each` for every entry that they complete. `Break` ends the
    /// reading with [`Error::Stopped`].
    ///
    /// # Errors
    /// Why the list is refused as a whole; the reader is of no use afterwards.
    pub fn push(
        &mut self,
        bytes: &[u8],
        each: &mut dyn FnMut(Entry<'_>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let Self {
            gunzip,
            text,
            bytes: count,
        } = self;
        *count += bytes.len() as u64;
        text.check_length(*count)?;
        gunzip.push(bytes, &mut |inflated| text.push(inflated, each))?;
        self.report_gzip();
        Ok(())
    }

    /// The end of the list: hands out an entry whose line had no end, and sums up.
    ///
    /// # Errors
    /// Where the list was empty or none.
    pub fn finish(
        mut self,
        each: &mut dyn FnMut(Entry<'_>) -> ControlFlow<()>,
    ) -> Result<Summary, Error> {
        let Self { gunzip, text, .. } = &mut self;
        gunzip.finish(&mut |inflated| text.push(inflated, each))?;
        text.finish(each)?;
        self.report_gzip();
        self.text.list.finish()?;
        let is_whole = self.gunzip.is_whole();
        let Text {
            list,
            inflated_bytes,
            ..
        } = self.text;
        Ok(Summary {
            entries: list.entries,
            warnings: list.warnings,
            guides: list.guides,
            bytes: self.bytes,
            inflated_bytes,
            is_whole,
        })
    }

    fn report_gzip(&mut self) {
        if let Some(trouble) = self.gunzip.take_trouble() {
            self.text.list.warn(self.text.lines.number(), trouble);
        }
    }
}

impl Text {
    fn push(&mut self, bytes: &[u8], each: &mut Each<'_>) -> Result<(), Error> {
        self.inflated_bytes += bytes.len() as u64;
        self.check_length(self.inflated_bytes)?;
        let Self {
            charset,
            lines,
            list,
            ..
        } = self;
        charset.push(bytes, &mut |text| {
            lines.push(text, &mut |line| list.line(line, each))
        })?;
        // An endless line would never reach the check that each whole line passes.
        list.check_prelude(lines.offset())
    }

    fn finish(&mut self, each: &mut Each<'_>) -> Result<(), Error> {
        let Self {
            charset,
            lines,
            list,
            ..
        } = self;
        charset.finish(&mut |text| lines.push(text, &mut |line| list.line(line, each)))?;
        lines.finish(&mut |line| list.line(line, each))
    }

    const fn check_length(&self, bytes: u64) -> Result<(), Error> {
        let bytes_max = self.list.limits.inflated_bytes_max;
        if bytes > bytes_max {
            Err(Error::TooLong { bytes_max })
        } else {
            Ok(())
        }
    }
}
