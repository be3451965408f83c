//! The header of a gzip member (RFC 1952, 2.3).

const FLAG_HEADER_CRC: u8 = 1 << 1;
const FLAG_EXTRA: u8 = 1 << 2;
const FLAG_NAME: u8 = 1 << 3;
const FLAG_COMMENT: u8 = 1 << 4;
const FLAGS_RESERVED: u8 = 0b1110_0000;

/// Read byte by byte; nothing of it is kept but its flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    part: Part,
    /// Optional parts that are still to come.
    flags: u8,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// Ten bytes; this many have been seen.
    Fixed(u8),
    ExtraLenLow,
    ExtraLenHigh(u8),
    /// Bytes left.
    Extra(u16),
    /// A name or a comment, up to its zero.
    Text,
    /// Bytes left of the header's own checksum, which nobody writes.
    Crc(u8),
}

/// What a byte of the header leads to.
pub(super) enum Step {
    More,
    /// Deflate data follows.
    Done,
    /// The second byte shows that this is no gzip.
    NoMagic,
    /// No header as the standard has it.
    Bad,
}

impl Header {
    pub(super) const fn behind_first_byte() -> Self {
        Self {
            part: Part::Fixed(1),
            flags: 0,
        }
    }

    pub(super) const fn behind_magic() -> Self {
        Self {
            part: Part::Fixed(2),
            flags: 0,
        }
    }

    pub(super) fn push(&mut self, byte: u8) -> Step {
        match self.part {
            Part::Fixed(1) if byte != 0x8b => return Step::NoMagic,
            // 8 is deflate, the only method there is.
            Part::Fixed(2) if byte != 8 => return Step::Bad,
            Part::Fixed(3) if byte & FLAGS_RESERVED != 0 => return Step::Bad,
            Part::Fixed(9) => return self.next_part(),
            Part::Fixed(at) => {
                if at == 3 {
                    self.flags = byte;
                }
                self.part = Part::Fixed(at + 1);
            }
            Part::ExtraLenLow => self.part = Part::ExtraLenHigh(byte),
            Part::ExtraLenHigh(low) => match u16::from_le_bytes([low, byte]) {
                0 => return self.next_part(),
                len => self.part = Part::Extra(len),
            },
            Part::Extra(1) | Part::Crc(1) => return self.next_part(),
            Part::Extra(left) => self.part = Part::Extra(left - 1),
            Part::Crc(left) => self.part = Part::Crc(left - 1),
            Part::Text if byte == 0 => return self.next_part(),
            Part::Text => {}
        }
        Step::More
    }

    /// The optional parts, in the order in which they follow.
    fn next_part(&mut self) -> Step {
        for (flag, part) in [
            (FLAG_EXTRA, Part::ExtraLenLow),
            (FLAG_NAME, Part::Text),
            (FLAG_COMMENT, Part::Text),
            (FLAG_HEADER_CRC, Part::Crc(2)),
        ] {
            if self.flags & flag != 0 {
                self.flags &= !flag;
                self.part = part;
                return Step::More;
            }
        }
        Step::Done
    }
}
