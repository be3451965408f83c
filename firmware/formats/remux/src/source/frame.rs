//! What the header of a frame of sound says, whatever its codec.

use crate::stream::StreamInfo;

/// Bytes after which every header can be read, that of an ID3 tag included; no frame is shorter.
pub(super) const HEAD_BYTES: usize = 10;

/// A frame, by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) codec: FrameCodec,
    /// Header included.
    pub(super) bytes: usize,
    /// Per channel.
    pub(super) samples: u32,
    /// In Hz.
    pub(super) rate: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameCodec {
    Aac,
    MpegAudio,
    Ac3,
    Eac3,
}

impl Frame {
    pub(super) fn info(&self) -> StreamInfo {
        match self.codec {
            FrameCodec::Aac => StreamInfo::aac(),
            FrameCodec::MpegAudio => StreamInfo::mpeg_audio(),
            FrameCodec::Ac3 => StreamInfo::ac3(),
            FrameCodec::Eac3 => StreamInfo::eac3(),
        }
    }
}
