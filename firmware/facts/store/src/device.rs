//! Who this device is to the clients that have stored its recordings and favourites.

use std::time::SystemTime;

use redb::{ReadableTable, WriteTransaction};

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
    tables::{META, META_DEVICE},
};

const LAYOUT: u8 = 1;

/// Made once, by chance, when the store is; the same for as long as the file lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// From which the HDHomeRun device id is made.
    pub id_seed: u32,
    /// The UUID of the UPnP device: version 4, variant 1 (RFC 9562, 5.4).
    pub uuid: [u8; 16],
    /// When the store was made, by the clock of the board, which may not have been set yet.
    pub created: SystemTime,
}

impl Device {
    fn by_chance(created: SystemTime) -> Result<Self, Fault> {
        let mut seed = [0; 4];
        let mut uuid = [0; 16];
        getrandom::fill(&mut seed).map_err(Fault::Random)?;
        getrandom::fill(&mut uuid).map_err(Fault::Random)?;
        uuid[6] = uuid[6] & 0x0f | 0x40;
        uuid[8] = uuid[8] & 0x3f | 0x80;
        Ok(Self {
            id_seed: u32::from_le_bytes(seed),
            uuid,
            created,
        })
    }

    pub(crate) fn encode(&self, buffer: &mut Vec<u8>) {
        Encoder::new(buffer, LAYOUT)
            .u32(self.id_seed)
            .raw(&self.uuid)
            .time(self.created);
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Fault> {
        let mut fields = Decoder::new(bytes, LAYOUT)?;
        let device = Self {
            id_seed: fields.u32()?,
            uuid: fields.array()?,
            created: fields.time()?,
        };
        fields.end()?;
        Ok(device)
    }
}

/// First step of the schema: a store is born with its device. Everything else is born empty.
pub(crate) fn create(transaction: &WriteTransaction) -> Result<(), Fault> {
    save(transaction, &Device::by_chance(SystemTime::now())?)
}

/// Makes this the device of the store.
pub(crate) fn save(transaction: &WriteTransaction, device: &Device) -> Result<(), Fault> {
    let mut buffer = Vec::new();
    device.encode(&mut buffer);
    transaction
        .open_table(META)?
        .insert(META_DEVICE, buffer.as_slice())?;
    Ok(())
}

/// The device of this store.
pub(crate) fn load(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
) -> Result<Device, Fault> {
    let row = meta
        .get(META_DEVICE)?
        .ok_or(Fault::Row("the identity of the device is missing"))?;
    Device::decode(row.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_a_random_uuid_and_reads_it_back() {
        let device = Device::by_chance(SystemTime::UNIX_EPOCH).unwrap();
        let other = Device::by_chance(SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(device.uuid, other.uuid);
        assert_eq!((device.uuid[6] >> 4, device.uuid[8] >> 6), (4, 2));
        let mut row = Vec::new();
        device.encode(&mut row);
        assert_eq!(Device::decode(&row).unwrap(), device);
    }
}
