//! The stages wired together.

use std::{fmt, ops::ControlFlow};

use serde_json::{Map, Value};

use crate::{
    AccountInfo, Error, Fields, Limits,
    mend::mend,
    prelude::{Prelude, said},
    splitter::{Names, Splitter},
};

/// One object of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Its name in the outermost braces, such as `info`; empty in a list.
    pub name: &'a str,
    /// Its name in the member that is seen through, such as the season of an episode.
    pub inner: &'a str,
    /// What it says.
    pub fields: Fields<'a>,
}

/// What an answer held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Objects that were handed out.
    pub objects: u64,
    /// Objects that were left out: too long, or no JSON.
    pub unreadable: u64,
    /// Whether the answer came to its end.
    pub is_whole: bool,
}

/// Reads an answer as it arrives. The objects do not depend on how the bytes are cut into pieces.
///
/// ```
/// use std::ops::ControlFlow;
///
/// let mut reader = xtream::Reader::new(xtream::Limits::default());
/// let mut ids = Vec::new();
/// for piece in [br#"[{"stream_id": "1"}, {"stre"#.as_slice(), br#"am_id": 2.0}]"#] {
///     reader.push(piece, &mut |item| {
///         ids.push(item.fields.number("stream_id"));
///         ControlFlow::Continue(())
///     })?;
/// }
/// assert!(reader.finish()?.is_whole);
/// assert_eq!(ids, [Some(1), Some(2)]);
/// # Ok::<(), xtream::Error>(())
/// ```
pub struct Reader {
    limits: Limits,
    /// `None` once the JSON has begun.
    prelude: Option<Prelude>,
    splitter: Splitter,
    /// A list was asked for: the account's data instead of it are an error.
    is_list: bool,
    bytes: u64,
    objects: u64,
    malformed: u64,
}

/// Whoever takes the objects. `Break` ends the reading with [`Error::Stopped`].
pub(crate) type Each<'a> = &'a mut dyn FnMut(Item<'_>) -> ControlFlow<()>;

impl Reader {
    /// A reader of a list.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::seeing_through(limits, "")
    }

    /// A reader of an answer in whose member of this name the objects are: the `episodes` of a series,
    /// by season.
    #[must_use]
    pub fn seeing_through(limits: Limits, member: &'static str) -> Self {
        Self {
            prelude: Some(Prelude::new()),
            splitter: Splitter::new(&limits, member),
            is_list: true,
            limits,
            bytes: 0,
            objects: 0,
            malformed: 0,
        }
    }

    /// A reader of what the panel says of the account.
    pub(crate) fn of_account(limits: Limits) -> Self {
        Self {
            is_list: false,
            ..Self::new(limits)
        }
    }

    /// Takes the next bytes and calls `each` for every object that they complete.
    ///
    /// # Errors
    /// Why the answer is refused as a whole; the reader is of no use afterwards.
    pub fn push(&mut self, bytes: &[u8], each: Each<'_>) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        let bytes_max = self.limits.answer_bytes_max;
        if self.bytes > bytes_max {
            return Err(Error::TooLong { bytes_max });
        }
        let Some(prelude) = &mut self.prelude else {
            return self.split(bytes, each);
        };
        let Some(start) = prelude.push(bytes) else {
            return if prelude.bytes() > self.limits.prelude_bytes_max {
                prelude.verdict()
            } else {
                Ok(())
            };
        };
        self.prelude = None;
        if let Some(bracket) = start.bracket {
            self.split(&[bracket], each)?;
        }
        self.split(bytes.get(start.at..).unwrap_or_default(), each)
    }

    /// The end of the answer.
    ///
    /// # Errors
    /// Where it was none, or said something else.
    pub fn finish(self) -> Result<Summary, Error> {
        if let Some(prelude) = &self.prelude {
            prelude.verdict()?;
            return Ok(Summary {
                is_whole: true,
                ..Summary::default()
            });
        }
        let unreadable = self.malformed + self.splitter.oversized;
        let words = said(&self.splitter.said);
        if self.objects + unreadable == 0 && !words.is_empty() && words != "null" {
            return Err(Error::Words { said: words });
        }
        Ok(Summary {
            objects: self.objects,
            unreadable,
            is_whole: self.splitter.is_whole(),
        })
    }

    fn split(&mut self, bytes: &[u8], each: Each<'_>) -> Result<(), Error> {
        let Self {
            splitter,
            limits,
            objects,
            malformed,
            is_list,
            ..
        } = self;
        let mut error = None;
        let flow = splitter.push(bytes, &mut |names, object| {
            let Some(map) = parse(object) else {
                *malformed += 1;
                return ControlFlow::Continue(());
            };
            *objects += 1;
            let fields = Fields(&map);
            error = refusal(names, fields, *objects, limits, *is_list);
            if error.is_some() {
                return ControlFlow::Break(());
            }
            each(Item {
                name: names.outer,
                inner: names.inner,
                fields,
            })
        });
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(error.unwrap_or(Error::Stopped)),
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("bytes", &self.bytes)
            .field("objects", &self.objects)
            .finish_non_exhaustive()
    }
}

fn parse(object: &[u8]) -> Option<Map<String, Value>> {
    let strict = serde_json::from_slice(object);
    strict.or_else(|_| serde_json::from_str(&mend(object))).ok()
}

/// Why this object ends the reading.
fn refusal(
    names: Names<'_>,
    fields: Fields<'_>,
    objects: u64,
    limits: &Limits,
    is_list: bool,
) -> Option<Error> {
    let objects_max = limits.objects_max;
    if objects > objects_max {
        return Some(Error::TooMany { objects_max });
    }
    if !is_list || names.outer != "user_info" {
        return None;
    }
    let info = AccountInfo::of(Some(fields), None);
    Some(if info.is_accepted {
        Error::NotAList
    } else {
        Error::NotLoggedIn(Box::new(info))
    })
}
