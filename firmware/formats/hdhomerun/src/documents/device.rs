//! `discover.json` and `device.xml`: the device as a whole.

use std::fmt::{self, Write};

use super::escape::{Json, Xml};
use crate::{FIRMWARE_NAME, FIRMWARE_VERSION, Identity, MANUFACTURER, MODEL};

/// Writes `discover.json`. `TunerCount` is a number: as a string Plex shows 49 tuners.
///
/// # Errors
/// Where `out` fails.
pub fn write_discover_json(out: &mut impl Write, device: &Identity, base_url: &str) -> fmt::Result {
    let Identity {
        device_id,
        friendly_name,
        tuner_count,
        ..
    } = device;
    let (name, base, auth) = (Json(friendly_name), Json(base_url), device.device_auth());
    writeln!(
        out,
        "{{\"FriendlyName\":\"{name}\",\"ModelNumber\":\"{MODEL}\",\
         \"FirmwareName\":\"{FIRMWARE_NAME}\",\"FirmwareVersion\":\"{FIRMWARE_VERSION}\",\
         \"DeviceID\":\"{device_id}\",\"DeviceAuth\":\"{auth}\",\
         \"BaseURL\":\"{base}\",\"LineupURL\":\"{base}/lineup.json\",\"TunerCount\":{tuner_count}}}"
    )
}

/// Writes `device.xml`, the UPnP description that SSDP's LOCATION points to (UPnP Device
/// Architecture 1.0, 2.1).
///
/// # Errors
/// Where `out` fails.
pub fn write_device_xml(out: &mut impl Write, device: &Identity, base_url: &str) -> fmt::Result {
    let Identity {
        device_id,
        uuid,
        friendly_name,
        ..
    } = device;
    let (name, base) = (Xml(friendly_name), Xml(base_url));
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n\
         <specVersion><major>1</major><minor>0</minor></specVersion>\n\
         <URLBase>{base}</URLBase>\n\
         <device>\n\
         <deviceType>{}</deviceType>\n\
         <friendlyName>{name}</friendlyName>\n\
         <manufacturer>{MANUFACTURER}</manufacturer>\n\
         <modelName>{MODEL}</modelName>\n\
         <modelNumber>{MODEL}</modelNumber>\n\
         <serialNumber>{device_id}</serialNumber>\n\
         <UDN>uuid:{uuid}</UDN>\n\
         <presentationURL>{base}/</presentationURL>\n\
         </device>\n\
         </root>\n",
        crate::DEVICE_TYPE_URN
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::example;

    #[test]
    fn writes_discover_json() {
        let mut out = String::new();
        write_discover_json(&mut out, &example(), "http://192.0.2.7").unwrap();
        assert_eq!(
            out,
            "{\"FriendlyName\":\"Living <room> & \\\"den\\\"\",\"ModelNumber\":\"HDHR5-4DT\",\
             \"FirmwareName\":\"hdhomerun5_dvbt\",\"FirmwareVersion\":\"20250815\",\
             \"DeviceID\":\"10A1B2C7\",\"DeviceAuth\":\"fkfkfkfkfkfkekfkjkfkfkfk\",\
             \"BaseURL\":\"http://192.0.2.7\",\"LineupURL\":\"http://192.0.2.7/lineup.json\",\
             \"TunerCount\":4}\n"
        );
    }

    #[test]
    fn writes_device_xml() {
        let mut out = String::new();
        write_device_xml(&mut out, &example(), "http://192.0.2.7:8080").unwrap();
        for part in [
            "<URLBase>http://192.0.2.7:8080</URLBase>",
            "<deviceType>urn:schemas-upnp-org:device:MediaServer:1</deviceType>",
            "<friendlyName>Living &lt;room&gt; &amp; &quot;den&quot;</friendlyName>",
            "<manufacturer>Silicondust</manufacturer>",
            "<serialNumber>10A1B2C7</serialNumber>",
            "<UDN>uuid:5a5a5a5a-5a5a-4a5a-9a5a-5a5a5a5a5a5a</UDN>",
        ] {
            assert!(out.contains(part), "{part} in {out}");
        }
    }
}
