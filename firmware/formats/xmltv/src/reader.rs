//! The stages wired together.

use charset::Charset;

use crate::{
    Error, Limits, Sink, Skipped,
    guide::Guide,
    markup::{Markup, Token},
};

/// Reads a guide as it arrives, after gzip. What is handed out does not depend on how the bytes are
/// cut into pieces.
///
/// ```
/// use std::ops::ControlFlow;
/// use xmltv::{Channel, Limits, Programme, Reader, Sink};
///
/// #[derive(Default)]
/// struct Titles(Vec<String>);
/// impl Sink for Titles {
///     fn channel(&mut self, _: Channel<'_>) -> ControlFlow<()> {
///         ControlFlow::Continue(())
///     }
///     fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()> {
///         self.0.push(programme.fields.first(xmltv::Kind::Title).to_owned());
///         ControlFlow::Continue(())
///     }
/// }
///
/// let mut titles = Titles::default();
/// let mut reader = Reader::new(Limits::default());
/// for piece in ["<tv><programme start='20260411' channel='a'><ti", "tle>News</title></programme></tv>"] {
///     reader.push(piece.as_bytes(), &mut titles)?;
/// }
/// let summary = reader.finish(&mut titles)?;
/// assert_eq!((titles.0, summary.is_whole), (vec!["News".to_owned()], true));
/// # Ok::<(), xmltv::Error>(())
/// ```
pub struct Reader {
    charset: Charset,
    text: Text,
    bytes: u64,
}

/// The stages behind the encoding.
struct Text {
    markup: Markup,
    guide: Guide,
    /// The first bytes that are no space, by which other things than guides are told.
    begin: Vec<u8>,
    is_begun: bool,
}

/// What is known once a guide has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Channels, those that came again included.
    pub channels: u64,
    /// Programmes with a channel and a start, wanted or not.
    pub programmes: u64,
    /// What was left out.
    pub skipped: Skipped,
    /// Bytes pushed.
    pub bytes: u64,
    /// Whether the guide came to its `</tv>`. Where it did not, programmes are missing, and whoever
    /// imports must say so or keep the last good guide.
    pub is_whole: bool,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// A reader at the beginning of a guide.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            charset: Charset::new(),
            text: Text {
                markup: Markup::new(limits.tag_bytes_max),
                guide: Guide::new(limits),
                begin: Vec::new(),
                is_begun: false,
            },
            bytes: 0,
        }
    }

    /// Takes the next bytes and hands on what they complete.
    ///
    /// # Errors
    /// Why the guide is refused as a whole; the reader is of no use afterwards.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        let Limits {
            bytes_max,
            prelude_bytes_max,
            ..
        } = self.text.guide.limits;
        if self.bytes > bytes_max {
            return Err(Error::TooLong { bytes_max });
        }
        // Piece by piece, so that the answer does not depend on their length.
        let Self { charset, text, .. } = self;
        charset.push(bytes, &mut |bytes| text.push(bytes, sink))?;
        if !text.guide.is_recognised && self.bytes > prelude_bytes_max {
            return Err(Error::NotAGuide);
        }
        Ok(())
    }

    /// The end of the guide. A programme that it cuts off is left out.
    ///
    /// # Errors
    /// Where the guide was empty or none.
    pub fn finish(mut self, sink: &mut dyn Sink) -> Result<Summary, Error> {
        let Self { charset, text, .. } = &mut self;
        charset.finish(&mut |bytes| text.push(bytes, sink))?;
        text.decide(true, sink)?;
        let guide = &self.text.guide;
        match (guide.is_recognised, self.text.begin.is_empty()) {
            (true, _) => {}
            (false, true) => return Err(Error::Empty),
            (false, false) => return Err(Error::NotAGuide),
        }
        Ok(Summary {
            channels: guide.channels,
            programmes: guide.programmes,
            skipped: guide.skipped,
            bytes: self.bytes,
            is_whole: guide.is_whole,
        })
    }
}

/// As many bytes tell everything that is told apart.
const BEGIN_BYTES: usize = 7;

impl Text {
    fn push(&mut self, mut bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        while !self.is_begun {
            let Some((&first, rest)) = bytes.split_first() else {
                return Ok(());
            };
            bytes = rest;
            if !(self.begin.is_empty() && first.is_ascii_whitespace()) {
                self.begin.push(first);
                self.decide(false, sink)?;
            }
        }
        self.pass(bytes, sink)
    }

    /// Refuses what is no XML by its first bytes.
    fn decide(&mut self, is_last: bool, sink: &mut dyn Sink) -> Result<(), Error> {
        if self.is_begun || (self.begin.len() < BEGIN_BYTES && !is_last) {
            return Ok(());
        }
        self.is_begun = true;
        let begin = self.begin.clone();
        let is = |magic: &[u8]| begin.starts_with(magic);
        if is(b"\xfd7zXZ\0") {
            Err(Error::Packed("xz"))
        } else if is(b"PK\x03\x04") {
            Err(Error::Packed("zip"))
        } else if is(b"BZh") {
            Err(Error::Packed("bzip2"))
        } else if is(b"7z\xbc\xaf") {
            Err(Error::Packed("7z"))
        } else if is(b"\x28\xb5\x2f\xfd") {
            Err(Error::Packed("zstd"))
        } else if is(b"#EXTM3U") {
            Err(Error::Playlist)
        } else if begin.is_empty() || is(b"<") {
            self.pass(&begin, sink)
        } else {
            Err(Error::NotAGuide)
        }
    }

    fn pass(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { markup, guide, .. } = self;
        markup.push(bytes, &mut |token: Token<'_>| guide.token(token, sink))
    }
}
