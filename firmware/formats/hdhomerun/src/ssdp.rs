//! SSDP messages (UPnP Device Architecture 1.0, clause 1): read a search, write answers and
//! notices. When they are sent, and by which interface, is the caller's.

use std::fmt;

use crate::{DEVICE_TYPE_URN, Origin, Uuid};

/// How long an announcement holds, in seconds (at least 1,800 by clause 1.1.2).
pub const MAX_AGE_S: u32 = 1_800;
/// Longest delay of an answer, in seconds, whatever a search allows: clients rarely wait longer.
pub const MX_S_MAX: u8 = 5;
/// Longest search read, in bytes.
pub const SEARCH_BYTES_MAX: usize = 1_500;

/// Under which a device of this kind is announced: three messages each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `upnp:rootdevice`
    RootDevice,
    /// `uuid:...`
    Uuid,
    /// `urn:schemas-upnp-org:device:MediaServer:1`
    DeviceType,
}

impl Target {
    /// All of them, in the order of clause 1.1.2.
    pub const ALL: [Self; 3] = [Self::RootDevice, Self::Uuid, Self::DeviceType];

    const fn bit(self) -> u8 {
        match self {
            Self::RootDevice => 1,
            Self::Uuid => 2,
            Self::DeviceType => 4,
        }
    }
}

/// A search that this device answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    targets: u8,
    /// Longest delay of the answer that the asker allows, in seconds, 0–[`MX_S_MAX`].
    pub mx_s: u8,
}

impl Search {
    /// The search in `datagram`; `None` where it is something else or asks for other devices.
    #[must_use]
    pub fn parse(datagram: &[u8], uuid: Uuid) -> Option<Self> {
        let text =
            std::str::from_utf8(datagram.get(..datagram.len().min(SEARCH_BYTES_MAX))?).ok()?;
        let mut lines = text.split("\r\n");
        if !lines.next()?.starts_with("M-SEARCH * HTTP/1.") {
            return None;
        }
        let (mut discovers, mut targets, mut mx_s) = (false, 0, 0);
        for (name, value) in lines.map_while(|line| line.split_once(':')) {
            let value = value.trim();
            match name.trim() {
                name if name.eq_ignore_ascii_case("man") => {
                    discovers = value == "\"ssdp:discover\""
                }
                name if name.eq_ignore_ascii_case("st") => targets = targets_of(value, uuid),
                name if name.eq_ignore_ascii_case("mx") => {
                    mx_s = value.parse().unwrap_or(MX_S_MAX).min(MX_S_MAX);
                }
                _ => {}
            }
        }
        (discovers && targets != 0).then_some(Self { targets, mx_s })
    }

    /// For what the answers are, one answer each.
    pub fn targets(self) -> impl Iterator<Item = Target> {
        Target::ALL
            .into_iter()
            .filter(move |target| self.targets & target.bit() != 0)
    }
}

fn targets_of(search_target: &str, uuid: Uuid) -> u8 {
    let is = |text: &str| search_target.eq_ignore_ascii_case(text);
    if is("ssdp:all") {
        return Target::ALL.iter().map(|target| target.bit()).sum();
    }
    let named = search_target.get(..5).zip(search_target.get(5..));
    let is_own = named.is_some_and(|(scheme, id)| {
        scheme.eq_ignore_ascii_case("uuid:") && id.eq_ignore_ascii_case(&uuid.to_string())
    });
    match search_target {
        _ if is_own => Target::Uuid.bit(),
        _ if is("upnp:rootdevice") => Target::RootDevice.bit(),
        _ if is(DEVICE_TYPE_URN) => Target::DeviceType.bit(),
        _ => 0,
    }
}

/// What is sent about one target.
#[derive(Clone, Copy, Debug)]
pub enum Message {
    /// Answer to a search, by unicast.
    Found,
    /// `ssdp:alive`, by multicast.
    Alive,
    /// `ssdp:byebye`, by multicast.
    ByeBye,
}

/// One message, ready to be written with [`fmt::Display`].
#[derive(Clone, Copy, Debug)]
pub struct Announcement {
    /// Kind.
    pub message: Message,
    /// About which target.
    pub target: Target,
    /// The device.
    pub uuid: Uuid,
    /// Our HTTP side by the address of the interface that the message leaves by.
    pub origin: Origin,
}

impl Announcement {
    /// `NT` or `ST`, and the end of `USN` that follows from it.
    fn write_target(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let uuid = self.uuid;
        let kind = match self.target {
            Target::Uuid => return write!(f, "{name}: uuid:{uuid}\r\nUSN: uuid:{uuid}\r\n"),
            Target::RootDevice => "upnp:rootdevice",
            Target::DeviceType => DEVICE_TYPE_URN,
        };
        write!(f, "{name}: {kind}\r\nUSN: uuid:{uuid}::{kind}\r\n")
    }

    /// What only a device that stays has to say. `BOOTID` and its like belong to version 1.1,
    /// which this device does not claim.
    fn write_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin;
        write!(
            f,
            "CACHE-CONTROL: max-age={MAX_AGE_S}\r\nLOCATION: {origin}/device.xml\r\n"
        )?;
        write!(
            f,
            "SERVER: Linux UPnP/1.0 Dipole/{}\r\n",
            env!("CARGO_PKG_VERSION")
        )
    }
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let notify = "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n";
        match self.message {
            Message::Found => {
                f.write_str("HTTP/1.1 200 OK\r\nEXT:\r\n")?;
                self.write_place(f)?;
                self.write_target(f, "ST")?;
            }
            Message::Alive => {
                f.write_str(notify)?;
                f.write_str("NTS: ssdp:alive\r\n")?;
                self.write_place(f)?;
                self.write_target(f, "NT")?;
            }
            Message::ByeBye => {
                f.write_str(notify)?;
                f.write_str("NTS: ssdp:byebye\r\n")?;
                self.write_target(f, "NT")?;
            }
        }
        f.write_str("\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UUID: Uuid = Uuid([0x11; 16]);

    fn search(st: &str, mx: &str) -> Option<Search> {
        let text = format!(
            "M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\nMan: \"ssdp:discover\"\r\nST: {st}\r\nMX: {mx}\r\n\r\n"
        );
        Search::parse(text.as_bytes(), UUID)
    }

    fn targets(st: &str) -> Vec<Target> {
        search(st, "1")
            .into_iter()
            .flat_map(Search::targets)
            .collect()
    }

    #[test]
    fn answers_what_it_is() {
        assert_eq!(targets("ssdp:all"), Target::ALL);
        assert_eq!(targets("upnp:rootdevice"), [Target::RootDevice]);
        assert_eq!(
            targets("uuid:11111111-1111-1111-1111-111111111111"),
            [Target::Uuid]
        );
        assert_eq!(
            targets("urn:schemas-upnp-org:device:MediaServer:1"),
            [Target::DeviceType]
        );
        for other in [
            "uuid:1",
            "urn:schemas-upnp-org:device:MediaServer:2",
            "",
            "éé",
            "uuid",
        ] {
            assert_eq!(targets(other), [], "{other}");
        }
    }

    #[test]
    fn bounds_the_delay() {
        for (mx, mx_s) in [("0", 0), ("3", 3), ("120", 5), ("-1", 5), ("9999", 5)] {
            assert_eq!(
                search("ssdp:all", mx).map(|search| search.mx_s),
                Some(mx_s),
                "{mx}"
            );
        }
    }

    #[test]
    fn ignores_everything_else() {
        for text in [
            "",
            "NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\n\r\n",
            "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\nMX: 1\r\n\r\n",
            "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:other\"\r\nST: ssdp:all\r\n\r\n",
        ] {
            assert_eq!(Search::parse(text.as_bytes(), UUID), None, "{text}");
        }
    }

    #[test]
    fn writes_messages() {
        let origin = Origin {
            address: [192, 0, 2, 7].into(),
            port: 8080,
        };
        let write = |message, target| {
            Announcement {
                message,
                target,
                uuid: UUID,
                origin,
            }
            .to_string()
        };
        assert_eq!(
            write(Message::Found, Target::DeviceType),
            format!(
                "HTTP/1.1 200 OK\r\nEXT:\r\nCACHE-CONTROL: max-age=1800\r\n\
                 LOCATION: http://192.0.2.7:8080/device.xml\r\nSERVER: Linux UPnP/1.0 Dipole/{}\r\n\
                 ST: urn:schemas-upnp-org:device:MediaServer:1\r\n\
                 USN: uuid:11111111-1111-1111-1111-111111111111::urn:schemas-upnp-org:device:MediaServer:1\r\n\r\n",
                env!("CARGO_PKG_VERSION")
            )
        );
        assert_eq!(
            write(Message::ByeBye, Target::Uuid),
            "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNTS: ssdp:byebye\r\n\
             NT: uuid:11111111-1111-1111-1111-111111111111\r\n\
             USN: uuid:11111111-1111-1111-1111-111111111111\r\n\r\n"
        );
        assert!(write(Message::Alive, Target::RootDevice).contains("NT: upnp:rootdevice\r\nUSN: "));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, st: String, mx: String) {
            prop_assert_eq!(Search::parse(&bytes, UUID), None);
            search(&st, &mx).into_iter().flat_map(Search::targets).for_each(drop);
        }
    }
}
