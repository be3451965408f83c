//! The texts of a channel or a programme: what each is, its one attribute, and its characters.

/// What a text is. The order is that in which `xmltv.dtd` wants the elements of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// `display-name` of a channel; the attribute is its language.
    Name = 0,
    /// `title`; the attribute is its language.
    Title = 1,
    /// `sub-title`; the attribute is its language.
    SubTitle = 2,
    /// `desc`; the attribute is its language.
    Description = 3,
    /// `date`: of production, digits of `YYYYMMDD`.
    Date = 4,
    /// `category`; the attribute is its language.
    Category = 5,
    /// `language` that is spoken.
    Language = 6,
    /// `icon`; the attribute is its address.
    Icon = 7,
    /// `episode-num`; the attribute is its system.
    EpisodeNumber = 8,
    /// `previously-shown`; the attribute is when.
    PreviouslyShown = 9,
    /// `premiere`.
    Premiere = 10,
    /// `new`.
    New = 11,
    /// `rating`, the text of its `value`; the attribute is its system.
    Rating = 12,
    /// `star-rating`, the text of its `value`; the attribute is its system.
    StarRating = 13,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 14] = [
        Self::Name,
        Self::Title,
        Self::SubTitle,
        Self::Description,
        Self::Date,
        Self::Category,
        Self::Language,
        Self::Icon,
        Self::EpisodeNumber,
        Self::PreviouslyShown,
        Self::Premiere,
        Self::New,
        Self::Rating,
        Self::StarRating,
    ];

    /// The kind of this number.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The element's name.
    #[must_use]
    pub const fn element(self) -> &'static str {
        match self {
            Self::Name => "display-name",
            Self::Title => "title",
            Self::SubTitle => "sub-title",
            Self::Description => "desc",
            Self::Date => "date",
            Self::Category => "category",
            Self::Language => "language",
            Self::Icon => "icon",
            Self::EpisodeNumber => "episode-num",
            Self::PreviouslyShown => "previously-shown",
            Self::Premiere => "premiere",
            Self::New => "new",
            Self::Rating => "rating",
            Self::StarRating => "star-rating",
        }
    }

    /// The name of the one attribute that is kept; empty where there is none.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Name | Self::Title | Self::SubTitle | Self::Description | Self::Category => {
                "lang"
            }
            Self::Icon => "src",
            Self::EpisodeNumber | Self::Rating | Self::StarRating => "system",
            Self::PreviouslyShown => "start",
            Self::Date | Self::Language | Self::Premiere | Self::New => "",
        }
    }

    /// Whether the text stands in a `value` element within.
    pub(crate) const fn has_value(self) -> bool {
        matches!(self, Self::Rating | Self::StarRating)
    }

    /// Whether the element says something even without a text.
    pub(crate) const fn may_be_empty(self) -> bool {
        matches!(
            self,
            Self::PreviouslyShown | Self::Premiere | Self::New | Self::Icon
        )
    }
}

/// One text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// What it is.
    pub kind: Kind,
    /// The attribute that [`Kind::attribute`] names; may be empty.
    pub attribute: &'a str,
    /// The text; may be empty where the element itself says it.
    pub text: &'a str,
}

/// The texts of one item in one buffer, used again for the next.
#[derive(Clone, Debug, Default)]
pub struct FieldsBuf {
    text: String,
    rows: Vec<Row>,
}

/// Where the texts of a field end; each begins where the one before ends.
#[derive(Clone, Copy, Debug)]
struct Row {
    kind: Kind,
    attribute_end: usize,
    text_end: usize,
}

impl FieldsBuf {
    /// Forgets all fields; the memory stays.
    pub fn clear(&mut self) {
        self.text.clear();
        self.rows.clear();
    }

    /// Adds a field.
    pub fn push(&mut self, field: Field<'_>) {
        self.text.push_str(field.attribute);
        let attribute_end = self.text.len();
        self.text.push_str(field.text);
        self.rows.push(Row {
            kind: field.kind,
            attribute_end,
            text_end: self.text.len(),
        });
    }

    /// Bytes of all texts.
    pub(crate) const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Number of fields.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// The fields, to be read.
    #[must_use]
    pub fn view(&self) -> Fields<'_> {
        Fields {
            text: &self.text,
            rows: &self.rows,
        }
    }
}

/// The texts of one item, borrowed, in the order of the guide.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a> {
    text: &'a str,
    rows: &'a [Row],
}

impl<'a> Fields<'a> {
    /// Each field.
    pub fn iter(self) -> impl Iterator<Item = Field<'a>> {
        let mut begin = 0;
        self.rows.iter().map(move |row| {
            let attribute = self.text.get(begin..row.attribute_end);
            let text = self.text.get(row.attribute_end..row.text_end);
            begin = row.text_end;
            Field {
                kind: row.kind,
                attribute: attribute.unwrap_or_default(),
                text: text.unwrap_or_default(),
            }
        })
    }

    /// Each field of a kind.
    pub fn of(self, kind: Kind) -> impl Iterator<Item = Field<'a>> {
        self.iter().filter(move |field| field.kind == kind)
    }

    /// The text of the first field of a kind; empty where there is none.
    #[must_use]
    pub fn first(self, kind: Kind) -> &'a str {
        self.of(kind).next().map_or("", |field| field.text)
    }

    /// Whether there is a field of a kind.
    #[must_use]
    pub fn has(self, kind: Kind) -> bool {
        self.rows.iter().any(|row| row.kind == kind)
    }
}
