//! The programmes of one channel out of several guides, in the order of time and never two at once.
//!
//! The first guide counts. Where it has nothing for an hour or more, before its first programme and behind
//! its last one included, the next guide fills that, and the gaps which that leaves the one behind it.

use store::Store;

use crate::{
    View,
    pack::{BLOCK_BYTES_MAX, inflated, programmes},
};

/// Guides of one channel that are looked at; each holds a block while it is.
pub(crate) const LAYERS_MAX: usize = 3;
/// Shorter gaps are breaks between programmes.
const GAP_S: i64 = 3600;
/// Of a programme that does not fit into a gap as much must be left, or it is left out.
const REST_S: i64 = 300;

/// The guides of a channel, as far as they have been read.
pub(crate) struct Layers {
    layers: Vec<Layer>,
    /// Everything before this has been handed out, in seconds since 1970.
    time: i64,
}

/// What comes next of one guide.
struct Layer {
    guide: u32,
    key: u64,
    shift_s: i64,
    /// Where the next block begins at the earliest; `None` behind the last one.
    from: Option<u32>,
    plain: Vec<u8>,
    /// Place of the next programme in the block.
    at: usize,
}

/// When a programme begins and ends.
type Times = [i64; 2];

impl Layers {
    /// Those of the channel at `index` that have programmes.
    pub(crate) fn open(view: &View, store: &Store, index: usize) -> Result<Self, store::Error> {
        let decided = view.lineup.decision(index).shift_min;
        let mut layers = Vec::new();
        for found in view.found(index) {
            let minutes = decided.unwrap_or(found.shift_min);
            let mut layer = Layer {
                guide: found.guide,
                key: found.key,
                shift_s: i64::from(minutes) * 60,
                from: Some(0),
                plain: Vec::new(),
                at: 0,
            };
            if layer.peek(store, i64::MIN)?.is_some() {
                layers.push(layer);
            }
            if layers.len() == LAYERS_MAX {
                break;
            }
        }
        Ok(Self {
            layers,
            time: i64::MIN,
        })
    }

    /// The guide that counts.
    pub(crate) fn first_guide(&self) -> Option<u32> {
        self.layers.first().map(|layer| layer.guide)
    }

    /// The next programme: its times and its bytes.
    pub(crate) fn next(&mut self, store: &Store) -> Result<Option<(Times, &[u8])>, store::Error> {
        loop {
            let Some((place, [start, end], until)) = self.choose(store)? else {
                return Ok(None);
            };
            let times = [start.max(self.time), end.min(until)];
            self.time = times[1];
            let is_cut = times != [start, end];
            if is_cut && times[1] - times[0] < REST_S {
                continue;
            }
            let layer = self.layers.get(place);
            return Ok(layer.and_then(Layer::bytes).map(|bytes| (times, bytes)));
        }
    }

    /// Which guide gives the next programme, when that is, and when one that goes before it begins.
    fn choose(&mut self, store: &Store) -> Result<Option<(usize, Times, i64)>, store::Error> {
        let mut until = i64::MAX;
        let mut chosen = None;
        for (place, layer) in self.layers.iter_mut().enumerate() {
            let Some(times) = layer.peek(store, self.time)? else {
                continue;
            };
            if times[0] >= until {
                continue;
            }
            chosen = Some((place, times, until));
            until = times[0];
            if until.saturating_sub(self.time) < GAP_S {
                break;
            }
        }
        Ok(chosen)
    }
}

impl Layer {
    /// The times of the first programme that ends behind `time`.
    fn peek(&mut self, store: &Store, time: i64) -> Result<Option<Times>, store::Error> {
        loop {
            let left = self.plain.get(self.at..).unwrap_or_default();
            let Some((start, bytes)) = programmes(left).next() else {
                if !self.load(store)? {
                    return Ok(None);
                }
                continue;
            };
            let lasts = bytes
                .first_chunk()
                .map_or(0, |lasts| u32::from_le_bytes(*lasts));
            let start = i64::from(start) + self.shift_s;
            let end = start + i64::from(lasts);
            if end > time && lasts > 0 {
                return Ok(Some([start, end]));
            }
            self.pass();
        }
    }

    /// The bytes of the programme that was seen last. It stays: what is left of it may fill another gap.
    fn bytes(&self) -> Option<&[u8]> {
        let left = self.plain.get(self.at..)?;
        programmes(left).next().map(|(_, bytes)| bytes)
    }

    /// Goes behind it.
    fn pass(&mut self) {
        let left = self.plain.get(self.at..).unwrap_or_default();
        let bytes = programmes(left).next().map(|(_, bytes)| bytes.len());
        // Its start and its length stand before it.
        self.at += bytes.map_or(left.len().max(1), |bytes| 4 + 2 + bytes);
    }

    /// The next block. One that is damaged on the disk costs its programmes and not the document.
    fn load(&mut self, store: &Store) -> Result<bool, store::Error> {
        let Some(from) = self.from else {
            return Ok(false);
        };
        self.plain = Vec::new();
        self.at = 0;
        let block = store.guide_block(self.guide, self.key, from)?;
        self.from = block.as_ref().and_then(|(start, _)| start.checked_add(1));
        if let Some((_, block)) = &block {
            self.plain = inflated(block, BLOCK_BYTES_MAX).unwrap_or_default();
        }
        Ok(block.is_some())
    }
}
