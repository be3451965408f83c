//! What the samples of a track are: the first entry of `stsd` (ISO/IEC 14496-12 clause 8.5.2).

use crate::boxes::{child, children};
use crate::error::Error;
use crate::fields::Fields;
use crate::four_cc::FourCc;

const STSD: FourCc = FourCc(*b"stsd");
const AVCC: FourCc = FourCc(*b"avcC");
const HVCC: FourCc = FourCc(*b"hvcC");
const ESDS: FourCc = FourCc(*b"esds");
const SINF: FourCc = FourCc(*b"sinf");
const FRMA: FourCc = FourCc(*b"frma");
const SCHM: FourCc = FourCc(*b"schm");

/// SampleEntry and VisualSampleEntry in front of the boxes (clause 12.1.3.2).
const VISUAL_ENTRY_BYTES: usize = 78;
/// SampleEntry and AudioSampleEntry in front of the boxes (clause 12.2.3.2).
const AUDIO_ENTRY_BYTES: usize = 28;
/// What QuickTime's versions of it have besides.
const QUICKTIME_1_BYTES: usize = 16;
const QUICKTIME_2_BYTES: usize = 36;
/// Parameter sets kept of one track, and their bytes; the standard allows 32 SPS and 256 PPS,
/// encoders make 2 to 4 of some 100 bytes in all.
const PARAMETER_SETS_MAX: usize = 32;
const PARAMETER_BYTES_MAX: usize = 4 * 1024;

/// What the samples of a track are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// H.264 with lengths in front of its NAL units (`avc1`, `avc3`).
    H264(NalConfig),
    /// HEVC with lengths in front of its NAL units (`hvc1`, `hev1`).
    Hevc(NalConfig),
    /// AAC: the AudioSpecificConfig (ISO/IEC 14496-3 clause 1.6.2.1).
    Aac(Vec<u8>),
    /// MPEG-1 or MPEG-2 audio, layers 1 to 3.
    MpegAudio,
    /// AC-3 frames.
    Ac3,
    /// E-AC-3 frames: a sample is one access unit with all its substreams.
    Eac3,
    /// Encrypted samples (`encv`, `enca`).
    Protected {
        /// The scheme, such as `cbcs`.
        scheme: FourCc,
        /// What is encrypted.
        original: FourCc,
    },
    /// Picture or sound in another codec.
    Unknown(FourCc),
    /// Neither picture nor sound: captions, metadata.
    Apart(FourCc),
}

/// What decoders of NAL units need (ISO/IEC 14496-15 clauses 5.3.3 and 8.3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NalConfig {
    /// Bytes of the length in front of each unit: 1, 2 or 4; 3 is not allowed but read.
    pub length_bytes: u8,
    /// Parameter sets, in the order in which a decoder wants them. Empty where they are in band.
    pub parameter_sets: Vec<Vec<u8>>,
}

impl NalConfig {
    /// Reads an AVCDecoderConfigurationRecord, as other containers have it too.
    ///
    /// # Errors
    /// It is cut off.
    pub fn of_avc(record: &[u8]) -> Result<Self, Error> {
        avcc(record)
    }

    /// Reads an HEVCDecoderConfigurationRecord.
    ///
    /// # Errors
    /// It is cut off.
    pub fn of_hevc(record: &[u8]) -> Result<Self, Error> {
        hvcc(record)
    }
}

/// Reads the content of an `stsd`, of a track with this handler.
pub(crate) fn read(handler: FourCc, content: &[u8]) -> Result<Codec, Error> {
    let mut fields = Fields::new(STSD, content);
    fields.version_and_flags()?;
    let _count = fields.u32()?;
    let first = children(STSD, fields.rest()).next();
    let (kind, entry) = first.ok_or(Error::Missing { kind: STSD })??;
    match &handler.0 {
        b"vide" => visual(kind, entry),
        b"soun" => audio(kind, entry),
        _ => Ok(Codec::Apart(kind)),
    }
}

fn visual(kind: FourCc, entry: &[u8]) -> Result<Codec, Error> {
    let mut fields = Fields::new(kind, entry);
    fields.bytes(VISUAL_ENTRY_BYTES)?;
    let inside = fields.rest();
    match &kind.0 {
        // The Dolby Vision names with H.264 or HEVC below (their base layer plays everywhere).
        b"avc1" | b"avc3" | b"dva1" | b"dvav" => nal(kind, inside, AVCC, avcc).map(Codec::H264),
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => nal(kind, inside, HVCC, hvcc).map(Codec::Hevc),
        b"encv" => protected(kind, inside),
        _ => Ok(Codec::Unknown(kind)),
    }
}

fn audio(kind: FourCc, entry: &[u8]) -> Result<Codec, Error> {
    let mut fields = Fields::new(kind, entry);
    fields.bytes(8)?;
    let quicktime = match fields.u16()? {
        1 => QUICKTIME_1_BYTES,
        2 => QUICKTIME_2_BYTES,
        _ => 0,
    };
    fields.bytes(AUDIO_ENTRY_BYTES - 10 + quicktime)?;
    let inside = fields.rest();
    match &kind.0 {
        b"mp4a" => match child(kind, inside, ESDS)? {
            Some(descriptors) => esds(descriptors),
            None => Err(Error::Missing { kind: ESDS }),
        },
        b".mp3" => Ok(Codec::MpegAudio),
        b"ac-3" => Ok(Codec::Ac3),
        b"ec-3" => Ok(Codec::Eac3),
        b"enca" => protected(kind, inside),
        _ => Ok(Codec::Unknown(kind)),
    }
}

fn protected(kind: FourCc, inside: &[u8]) -> Result<Codec, Error> {
    let mut original = FourCc(*b"????");
    let mut scheme = FourCc(*b"????");
    if let Some(information) = child(kind, inside, SINF)? {
        if let Some(format) = child(SINF, information, FRMA)? {
            original = FourCc(Fields::new(FRMA, format).array()?);
        }
        if let Some(kind) = child(SINF, information, SCHM)? {
            let mut fields = Fields::new(SCHM, kind);
            fields.version_and_flags()?;
            scheme = FourCc(fields.array()?);
        }
    }
    Ok(Codec::Protected { scheme, original })
}

fn nal(
    entry: FourCc,
    inside: &[u8],
    kind: FourCc,
    read: fn(&[u8]) -> Result<NalConfig, Error>,
) -> Result<NalConfig, Error> {
    read(child(entry, inside, kind)?.ok_or(Error::Missing { kind })?)
}

/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15 clause 5.3.3.1).
fn avcc(record: &[u8]) -> Result<NalConfig, Error> {
    let mut fields = Fields::new(AVCC, record);
    let [_version, _profile, _compatibility, _level, length] = fields.array()?;
    let mut parameter_sets = Vec::new();
    let sequence_sets = fields.u8()? & 0x1F;
    take_sets(&mut fields, sequence_sets.into(), &mut parameter_sets)?;
    let picture_sets = fields.u8()?;
    take_sets(&mut fields, picture_sets.into(), &mut parameter_sets)?;
    Ok(NalConfig {
        length_bytes: (length & 3) + 1,
        parameter_sets,
    })
}

/// HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 clause 8.3.3.1). Its arrays come in the order
/// in which the units shall be: VPS, SPS, PPS, SEI.
fn hvcc(record: &[u8]) -> Result<NalConfig, Error> {
    let mut fields = Fields::new(HVCC, record);
    fields.bytes(21)?;
    let length = fields.u8()?;
    let arrays = fields.u8()?;
    let mut parameter_sets = Vec::new();
    for _ in 0..arrays {
        fields.u8()?;
        let count = fields.u16()?;
        take_sets(&mut fields, count, &mut parameter_sets)?;
    }
    Ok(NalConfig {
        length_bytes: (length & 3) + 1,
        parameter_sets,
    })
}

fn take_sets(fields: &mut Fields<'_>, count: u16, sets: &mut Vec<Vec<u8>>) -> Result<(), Error> {
    for _ in 0..count {
        let length = fields.u16()?;
        let set = fields.bytes(length.into())?;
        let bytes: usize = sets.iter().map(Vec::len).sum();
        let has_room = sets.len() < PARAMETER_SETS_MAX && bytes + set.len() <= PARAMETER_BYTES_MAX;
        if has_room && !set.is_empty() {
            sets.push(set.to_vec());
        }
    }
    Ok(())
}

/// ES_Descriptor (ISO/IEC 14496-1 clause 7.2.6.5) down to the codec's own configuration.
fn esds(content: &[u8]) -> Result<Codec, Error> {
    let mut fields = Fields::new(ESDS, content);
    fields.version_and_flags()?;
    let mut stream = descriptor(&mut fields, 0x03)?;
    let [_, _, flags] = stream.array()?;
    // streamDependenceFlag, URL_Flag, OCRstreamFlag.
    if flags & 0x80 != 0 {
        stream.u16()?;
    }
    if flags & 0x40 != 0 {
        let length = stream.u8()?;
        stream.bytes(length.into())?;
    }
    if flags & 0x20 != 0 {
        stream.u16()?;
    }
    let mut decoder = descriptor(&mut stream, 0x04)?;
    let object_type = decoder.u8()?;
    decoder.bytes(12)?;
    match object_type {
        // MPEG-4 audio, and the three profiles of MPEG-2 AAC.
        0x40 | 0x66..=0x68 => Ok(Codec::Aac(descriptor(&mut decoder, 0x05)?.rest().to_vec())),
        0x69 | 0x6B => Ok(Codec::MpegAudio),
        0xA5 => Ok(Codec::Ac3),
        0xA6 => Ok(Codec::Eac3),
        _ => Ok(Codec::Unknown(FourCc(*b"mp4a"))),
    }
}

/// The content of the next descriptor, which must have this tag. Lengths are seven bits a byte.
fn descriptor<'a>(fields: &mut Fields<'a>, tag: u8) -> Result<Fields<'a>, Error> {
    if fields.u8()? != tag {
        return Err(Error::Short { kind: ESDS });
    }
    let mut length = 0_usize;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    // Muxers exist that count the descriptors behind: what is there is taken.
    let length = length.min(fields.rest().len());
    Ok(Fields::new(ESDS, fields.bytes(length)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avc_record() {
        let record = [
            &[1, 0x64, 0, 0x1F, 0xFF, 0xE1, 0, 3][..],
            b"sps",
            &[1, 0, 2],
            b"pp",
        ]
        .concat();
        let config = avcc(&record).expect("a whole record");
        assert_eq!(config.length_bytes, 4);
        assert_eq!(config.parameter_sets, [b"sps".to_vec(), b"pp".to_vec()]);
        for cut in 0..record.len() {
            assert!(avcc(&record[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn an_hevc_record() {
        let mut record = vec![1; 21];
        record.extend([0xFF, 2, 0xA0, 0, 1, 0, 3]);
        record.extend(b"vps");
        record.extend([0xA1, 0, 1, 0, 3]);
        record.extend(b"sps");
        let config = hvcc(&record).expect("a whole record");
        assert_eq!(config.parameter_sets, [b"vps".to_vec(), b"sps".to_vec()]);
        for cut in 0..record.len() {
            assert!(hvcc(&record[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn an_es_descriptor_with_long_lengths() {
        let mut content = vec![0, 0, 0, 0];
        content.extend([3, 0x80, 0x80, 0x80, 25, 0, 1, 0]);
        content.extend([4, 17, 0x40]);
        content.extend([0; 12]);
        content.extend([5, 2, 0x11, 0x90]);
        assert_eq!(esds(&content), Ok(Codec::Aac(vec![0x11, 0x90])));
        content[14] = 0x6B;
        assert!(
            matches!(esds(&content), Ok(Codec::MpegAudio)),
            "{content:x?}"
        );
    }
}
