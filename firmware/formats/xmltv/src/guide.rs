//! What tags and texts mean: channels and programmes.
//!
//! Only names count, not nesting: `</programme>` ends a programme whatever was left open within it,
//! and so does the next `<programme`. Of elements that are not known, and of what is in them,
//! nothing is kept but how many are open.

use std::ops::ControlFlow;

use crate::{
    Error, Field, Fields, FieldsBuf, Kind, Limits, attributes::Attributes, encoding::Declared,
    entities, markup::Token, time,
};

/// A text that is read may be this much longer before its entities are characters.
const RAW_FACTOR: usize = 4;
/// Bytes of an id or of the address of an icon.
const ATTRIBUTE_BYTES_MAX: usize = 1024;

/// A channel of the guide, borrowed until the callback returns.
#[derive(Clone, Copy, Debug)]
pub struct Channel<'a> {
    /// Its id; never empty.
    pub id: &'a str,
    /// [`Kind::Name`] and [`Kind::Icon`].
    pub fields: Fields<'a>,
}

impl<'a> Channel<'a> {
    /// Its names, in the order of the guide.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        self.fields.of(Kind::Name).map(|field| field.text)
    }

    /// Address of its first icon; empty where there is none.
    #[must_use]
    pub fn icon(self) -> &'a str {
        let icon = self.fields.of(Kind::Icon).next();
        icon.map_or("", |field| field.attribute)
    }
}

/// A programme, borrowed until the callback returns.
#[derive(Clone, Copy, Debug)]
pub struct Programme<'a> {
    /// Id of its channel; never empty.
    pub channel: &'a str,
    /// Seconds since 1970.
    pub start: i64,
    /// Seconds since 1970, behind `start`; many guides leave it out.
    pub stop: Option<i64>,
    /// Everything else.
    pub fields: Fields<'a>,
}

/// Takes channels and programmes; `Break` ends the reading with [`Error::Stopped`].
pub trait Sink {
    /// A channel. One id may come more than once.
    fn channel(&mut self, channel: Channel<'_>) -> ControlFlow<()>;

    /// Whether a programme is worth being read. Most of a guide is not: other channels, other days.
    fn wants(&mut self, channel: &str, start: i64, stop: Option<i64>) -> bool {
        let _ = (channel, start, stop);
        true
    }

    /// A programme that was wanted.
    fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()>;
}

/// Elements that were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Channels and programmes without a channel's id.
    pub no_channel: u64,
    /// Programmes whose start is no time.
    pub no_time: u64,
}

pub(crate) struct Guide {
    pub(crate) limits: Limits,
    pub(crate) channels: u64,
    pub(crate) programmes: u64,
    pub(crate) skipped: Skipped,
    pub(crate) is_recognised: bool,
    /// Whether `</tv>` has come.
    pub(crate) is_whole: bool,
    declared: Declared,
    item: Item,
    fields: FieldsBuf,
    /// The open field, and whether texts are taken: those of a `rating` stand in its `value`.
    open: Option<(Kind, bool)>,
    attribute: String,
    /// Unknown elements that are open within the item, outside of a field.
    unknown: u32,
    raw: Vec<u8>,
    scratch: Vec<u8>,
    text: String,
}

/// What is being read.
enum Item {
    /// Between items, or in one that nobody wants.
    None,
    Channel {
        id: String,
    },
    Programme {
        channel: String,
        start: i64,
        stop: Option<i64>,
    },
}

impl Guide {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            channels: 0,
            programmes: 0,
            skipped: Skipped::default(),
            is_recognised: false,
            is_whole: false,
            declared: Declared::NONE,
            item: Item::None,
            fields: FieldsBuf::default(),
            open: None,
            attribute: String::new(),
            unknown: 0,
            raw: Vec::new(),
            scratch: Vec::new(),
            text: String::new(),
        }
    }

    pub(crate) fn token(&mut self, token: Token<'_>, sink: &mut dyn Sink) -> Result<(), Error> {
        match token {
            Token::Text(bytes) if self.takes_text() => self.take(bytes),
            Token::Plain(bytes) if self.takes_text() => self.take_plain(bytes),
            Token::Text(_) | Token::Plain(_) => {}
            Token::Start {
                name,
                attributes,
                is_empty,
            } => {
                self.start(name, Attributes(attributes), sink)?;
                if is_empty {
                    self.end(name, sink)?;
                }
            }
            Token::End { name } => self.end(name, sink)?,
            Token::Instruction(text) => self.instruction(text),
            Token::Declaration(text) => refuse_web_page(text)?,
        }
        Ok(())
    }

    fn instruction(&mut self, text: &[u8]) {
        if let Some(attributes) = text.strip_prefix(b"xml ")
            && let Some(label) = Attributes(attributes).value("encoding")
        {
            self.declared = Declared::of(label);
        }
    }

    fn start(
        &mut self,
        name: &[u8],
        attributes: Attributes<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), Error> {
        match name {
            b"programme" => {
                self.end_item(sink)?;
                self.is_recognised = true;
                self.begin_programme(attributes, sink);
            }
            b"channel" if !matches!(self.item, Item::Programme { .. }) => {
                self.end_item(sink)?;
                self.is_recognised = true;
                self.begin_channel(attributes);
            }
            b"tv" => self.is_recognised = true,
            _ if !self.is_recognised => {
                return Err(match name.eq_ignore_ascii_case(b"html") {
                    true => Error::WebPage,
                    false => Error::NotAGuide,
                });
            }
            _ if matches!(self.item, Item::None) => {}
            _ => self.begin_field(name, attributes),
        }
        Ok(())
    }

    fn end(&mut self, name: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        match name {
            b"programme" | b"channel" => self.end_item(sink)?,
            b"tv" => {
                self.end_item(sink)?;
                self.is_whole = true;
            }
            _ => match self.open {
                Some((kind, _)) if name == kind.element().as_bytes() => self.end_field(),
                Some((kind, true)) if kind.has_value() && name == b"value" => self.end_field(),
                Some(_) => {}
                None => self.unknown = self.unknown.saturating_sub(1),
            },
        }
        Ok(())
    }

    fn begin_channel(&mut self, attributes: Attributes<'_>) {
        let id = self.attribute(attributes, "id");
        if id.is_empty() {
            self.skipped.no_channel += 1;
            return;
        }
        self.item = Item::Channel { id };
    }

    fn begin_programme(&mut self, attributes: Attributes<'_>, sink: &mut dyn Sink) {
        let channel = self.attribute(attributes, "channel");
        if channel.is_empty() {
            self.skipped.no_channel += 1;
            return;
        }
        let time = |name| {
            let value = attributes.value(name)?;
            time::parse(std::str::from_utf8(value).ok()?)
        };
        let Some(start) = time("start") else {
            self.skipped.no_time += 1;
            return;
        };
        let stop = time("stop").filter(|stop| *stop > start);
        self.programmes += 1;
        if sink.wants(&channel, start, stop) {
            self.item = Item::Programme {
                channel,
                start,
                stop,
            };
        }
    }

    /// A buffer for each item's id: the one of the item before is used again.
    fn attribute(&mut self, attributes: Attributes<'_>, name: &str) -> String {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let value = attributes.value(name).unwrap_or_default();
        let decoded = self.declared.decode(value, &mut self.scratch);
        entities::append(&mut text, decoded, ATTRIBUTE_BYTES_MAX);
        text
    }

    fn begin_field(&mut self, name: &[u8], attributes: Attributes<'_>) {
        if let Some((kind, takes)) = &mut self.open {
            *takes |= kind.has_value() && name == b"value";
            return;
        }
        let kind = match kind_of(name) {
            Some(kind) if self.unknown == 0 => kind,
            _ => {
                self.unknown = self.unknown.saturating_add(1);
                return;
            }
        };
        self.raw.clear();
        self.attribute.clear();
        if let Some(value) = attributes.value(kind.attribute()) {
            let decoded = self.declared.decode(value, &mut self.scratch);
            entities::append(&mut self.attribute, decoded, ATTRIBUTE_BYTES_MAX);
        }
        self.open = Some((kind, !kind.has_value()));
    }

    fn takes_text(&self) -> bool {
        matches!(self.open, Some((_, true)))
    }

    fn take(&mut self, bytes: &[u8]) {
        let room = (self.limits.text_bytes_max * RAW_FACTOR).saturating_sub(self.raw.len());
        let fits = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        self.raw.extend_from_slice(fits);
    }

    /// As if every `&` were written as it should be.
    fn take_plain(&mut self, bytes: &[u8]) {
        for (index, part) in bytes.split(|&byte| byte == b'&').enumerate() {
            if index > 0 {
                self.take(b"&amp;");
            }
            self.take(part);
        }
    }

    fn end_field(&mut self) {
        let Some((kind, _)) = self.open.take() else {
            return;
        };
        let Limits {
            text_bytes_max,
            fields_max,
            item_bytes_max,
            ..
        } = self.limits;
        let room = item_bytes_max.saturating_sub(self.fields.bytes() + self.attribute.len());
        if self.fields.len() >= fields_max || room == 0 {
            return;
        }
        let decoded = self.declared.decode(&self.raw, &mut self.scratch);
        self.text.clear();
        entities::append(&mut self.text, decoded, text_bytes_max.min(room));
        if !self.text.is_empty() || kind.may_be_empty() {
            self.fields.push(Field {
                kind,
                attribute: &self.attribute,
                text: &self.text,
            });
        }
        self.raw.clear();
    }

    fn end_item(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        self.end_field();
        self.unknown = 0;
        let fields = self.fields.view();
        let (flow, id) = match std::mem::replace(&mut self.item, Item::None) {
            Item::None => (ControlFlow::Continue(()), None),
            Item::Channel { id } => {
                self.channels += 1;
                (sink.channel(Channel { id: &id, fields }), Some(id))
            }
            Item::Programme {
                channel,
                start,
                stop,
            } => {
                let programme = Programme {
                    channel: &channel,
                    start,
                    stop,
                    fields,
                };
                (sink.programme(programme), Some(channel))
            }
        };
        self.fields.clear();
        self.text = id.unwrap_or(std::mem::take(&mut self.text));
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Stopped),
        }
    }
}

fn kind_of(name: &[u8]) -> Option<Kind> {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.element().as_bytes() == name)
}

fn refuse_web_page(declaration: &[u8]) -> Result<(), Error> {
    let words = declaration.get(..12).unwrap_or_default();
    match words.eq_ignore_ascii_case(b"doctype html") {
        true => Err(Error::WebPage),
        false => Ok(()),
    }
}
