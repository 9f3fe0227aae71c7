//! Silent Opus in Ogg (RFC 6716, RFC 7845): the container is real, every packet is a silent one.

/// Samples of a packet of 20 ms; Opus always counts at 48 kHz.
const PACKET_SAMPLES: u64 = 960;
const PACKETS_PER_SECOND: f64 = 50.0;
/// Full band, 20 ms, one channel; the payload codes silence.
const SILENT_PACKET: &[u8] = &[0xF8, 0xFF, 0xFE];
const PACKETS_PER_PAGE: u64 = 50;

const FIRST_PAGE: u8 = 2;
const LAST_PAGE: u8 = 4;

/// A file of at least one packet that plays for `seconds`.
pub(crate) fn silence(seconds: f64) -> Vec<u8> {
    let packets = ((seconds * PACKETS_PER_SECOND).round() as u64).max(1);
    let mut file = page(FIRST_PAGE, 0, 0, &[&identification()]);
    file.extend(page(0, 0, 1, &[&comments()]));
    let mut sent = 0;
    for number in 2.. {
        let count = PACKETS_PER_PAGE.min(packets - sent);
        sent += count;
        let kind = if sent == packets { LAST_PAGE } else { 0 };
        let page_packets = vec![SILENT_PACKET; count as usize];
        file.extend(page(kind, sent * PACKET_SAMPLES, number, &page_packets));
        if sent == packets {
            break;
        }
    }
    file
}

fn identification() -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01\0\0".to_vec(); // version, channels, nothing to skip
    head.extend(48_000_u32.to_le_bytes());
    head.extend([0, 0, 0]); // gain, mapping
    head
}

fn comments() -> Vec<u8> {
    const VENDOR: &[u8] = b"esl-fakes";
    let mut tags = b"OpusTags".to_vec();
    tags.extend((VENDOR.len() as u32).to_le_bytes());
    tags.extend(VENDOR);
    tags.extend(0_u32.to_le_bytes());
    tags
}

/// One page with whole packets, each shorter than 255 bytes.
fn page(kind: u8, position: u64, number: u32, packets: &[&[u8]]) -> Vec<u8> {
    const STREAM: u32 = 1;
    const CHECKSUM: std::ops::Range<usize> = 22..26;
    let mut page = b"OggS\0".to_vec();
    page.push(kind);
    page.extend(position.to_le_bytes());
    page.extend(STREAM.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend(0_u32.to_le_bytes());
    page.push(packets.len() as u8);
    page.extend(packets.iter().map(|packet| packet.len() as u8));
    page.extend(packets.concat());
    let checksum = crc32(&page);
    page[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    page
}

fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x04C1_1DB7;
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            let shifted = crc << 1;
            if crc >> 31 == 1 {
                shifted ^ POLYNOMIAL
            } else {
                shifted
            }
        })
    })
}
