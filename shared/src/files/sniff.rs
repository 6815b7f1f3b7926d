//! What a file's first bytes say it is. Enough formats to tell what chats carry, and what must never be shown as something
//! else. After <https://mimesniff.spec.whatwg.org/> and the formats' own documents.

/// What the bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A format that has a signature.
    Format {
        /// Its media type.
        media_type: &'static str,
        /// What it may also rightly call itself: a container holds sound or pictures, and the signature does not say which.
        also: &'static [&'static str],
    },
    /// Something that runs or is rendered with scripts: markup, a program, a shell script.
    Active,
    /// No signature.
    Nothing,
}

const fn format(media_type: &'static str) -> Found {
    Found::Format {
        media_type,
        also: &[],
    }
}

const MP4: Found = Found::Format {
    media_type: "video/mp4",
    also: &[
        "audio/mp4",
        "audio/m4a",
        "audio/x-m4a",
        "audio/aac",
        "video/x-m4v",
        "video/quicktime",
        "video/3gpp",
        "audio/3gpp",
    ],
};
const M4A: Found = Found::Format {
    media_type: "audio/mp4",
    also: &["audio/m4a", "audio/x-m4a", "audio/aac"],
};
const QUICKTIME: Found = Found::Format {
    media_type: "video/quicktime",
    also: &["video/mp4"],
};
const THREE_GP: Found = Found::Format {
    media_type: "video/3gpp",
    also: &["audio/3gpp", "video/3gpp2", "audio/3gpp2", "video/mp4"],
};
const OGG: Found = Found::Format {
    media_type: "audio/ogg",
    also: &[
        "application/ogg",
        "audio/opus",
        "audio/vorbis",
        "audio/x-opus+ogg",
        "video/ogg",
    ],
};
const WEBM: Found = Found::Format {
    media_type: "video/webm",
    also: &["audio/webm", "video/x-matroska", "audio/x-matroska"],
};
const HEIC: Found = Found::Format {
    media_type: "image/heic",
    also: &["image/heif"],
};
/// What `.docx`, `.odt`, `.epub` and others are; [`super::media`] knows by which names.
const ZIP: Found = format("application/zip");
/// What `.doc`, `.xls` and `.ppt` are.
const OLE: Found = format("application/x-ole-storage");

/// A file begins with one of these.
const BEGINNINGS: &[(&[u8], Found)] = &[
    (b"\x89PNG\r\n\x1a\n", format("image/png")),
    (b"\xff\xd8\xff", format("image/jpeg")),
    (b"GIF87a", format("image/gif")),
    (b"GIF89a", format("image/gif")),
    (b"II*\0", format("image/tiff")),
    (b"MM\0*", format("image/tiff")),
    (b"\0\0\x01\0", format("image/x-icon")),
    (b"%PDF-", format("application/pdf")),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", format("application/rtf")),
    (b"\x1f\x8b", format("application/gzip")),
    (b"7z\xbc\xaf\x27\x1c", format("application/x-7z-compressed")),
    (b"Rar!\x1a\x07", format("application/vnd.rar")),
    (b"OggS\0", OGG),
    (b"ID3", format("audio/mpeg")),
    (b"fLaC", format("audio/flac")),
    (b"#!AMR", format("audio/amr")),
    (b"MThd\0\0\0\x06", format("audio/midi")),
    (b"\x1a\x45\xdf\xa3", WEBM),
    (b"FLV\x01", format("video/x-flv")),
    (b"\0\0\x01\xba", format("video/mpeg")),
    (b"\0\0\x01\xb3", format("video/mpeg")),
    (b"MZ", Found::Active),
    (b"\x7fELF", Found::Active),
    (b"\xfe\xed\xfa\xce", Found::Active),
    (b"\xfe\xed\xfa\xcf", Found::Active),
    (b"\xce\xfa\xed\xfe", Found::Active),
    (b"\xcf\xfa\xed\xfe", Found::Active),
    // A universal program of macOS, and a Java class.
    (b"\xca\xfe\xba\xbe", Found::Active),
    (b"\0asm", Found::Active),
    (b"#!", Found::Active),
];

/// What the bytes say. Looks at the beginning alone, but for white space.
pub fn sniff(bytes: &[u8]) -> Found {
    if let Some((_, found)) = BEGINNINGS
        .iter()
        .find(|(beginning, _)| bytes.starts_with(beginning))
    {
        return *found;
    }
    match (bytes.get(..4), bytes.get(4..8), bytes.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => return format("image/webp"),
        (Some(b"RIFF"), _, Some(b"WAVE")) => {
            return Found::Format {
                media_type: "audio/wav",
                also: &["audio/wave", "audio/x-wav", "audio/vnd.wave"],
            };
        }
        (Some(b"RIFF"), _, Some(b"AVI ")) => return format("video/x-msvideo"),
        (_, Some(b"ftyp"), Some(brand)) => return base_media(brand),
        _ => {}
    }
    if is_bitmap(bytes) {
        return format("image/bmp");
    }
    match bytes {
        // The frame header of an MPEG stream: eleven set bits, version, layer. Layer 0 is AAC's; layer 1 is not used, and would
        // take the mark of UTF-16 for sound.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Found::Format {
            media_type: "audio/aac",
            also: &["audio/aacp", "audio/x-aac"],
        },
        [0xff, second, third, ..]
            if second & 0xe0 == 0xe0
                && second & 0x18 != 0x08
                && matches!(second & 0x06, 0x02 | 0x04)
                && third & 0xf0 != 0xf0
                && third & 0x0c != 0x0c =>
        {
            format("audio/mpeg")
        }
        _ if is_markup(bytes) => Found::Active,
        _ => Found::Nothing,
    }
}

/// The ISO base media format, by its major brand.
fn base_media(brand: &[u8]) -> Found {
    match brand {
        b"avif" | b"avis" => format("image/avif"),
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" => HEIC,
        b"M4A " | b"M4B " | b"M4P " => M4A,
        b"qt  " => QUICKTIME,
        [b'3', b'g', ..] => THREE_GP,
        _ => MP4,
    }
}

/// `BM`, and the fields that no text has there: two reserved zeros and the size of a header.
fn is_bitmap(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM")
        && bytes.get(6..10) == Some(&[0; 4])
        && matches!(
            bytes.get(14..18),
            Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])
        )
}

/// Markup of any kind: the first thing that is not white space opens a tag, a comment, a declaration or an instruction.
fn is_markup(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wide = |marks: &[u8]| bytes.starts_with(marks);
    // UTF-16, told by its mark.
    if wide(b"\xff\xfe<\0") || wide(b"\xfe\xff\0<") {
        return true;
    }
    match text.trim_ascii_start() {
        [b'<', b'!' | b'?' | b'/', ..] => true,
        [b'<', next, ..] => next.is_ascii_alphabetic(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn media_type(bytes: &[u8]) -> Option<&'static str> {
        match sniff(bytes) {
            Found::Format { media_type, .. } => Some(media_type),
            Found::Active | Found::Nothing => None,
        }
    }

    #[test]
    fn knows_what_chats_carry() {
        let cases: &[(&[u8], &str)] = &[
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
            (
                b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0",
                "image/bmp",
            ),
            (b"OggS\0\x02\0\0OpusHead", "audio/ogg"),
            (b"ID3\x04\0\0\0\0", "audio/mpeg"),
            (b"\xff\xfb\x90\x44", "audio/mpeg"),
            (b"\xff\xf3\x40\xc4", "audio/mpeg"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
            (b"#!AMR\n\x3c", "audio/amr"),
            (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
            (b"\0\0\0\x20ftypisom\0\0\x02\0", "video/mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\x02\0", "video/quicktime"),
            (b"\0\0\0\x18ftyp3gp5\0\0\0\0", "video/3gpp"),
            (b"\x1a\x45\xdf\xa3\x9f\x42", "video/webm"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04\x14\0", "application/zip"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0",
                "application/x-ole-storage",
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(media_type(bytes), Some(*expected), "{expected}");
        }
    }

    #[test]
    fn knows_what_must_not_be_shown() {
        let cases: &[&[u8]] = &[
            b"<!DOCTYPE html><html>",
            b"\n\t <script>alert(1)</script>",
            b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<?xml version='1.0'?>",
            b"<!-- -->",
            b"\xff\xfe<\0h\0t\0",
            b"MZ\x90\0",
            b"\x7fELF\x02",
            b"#!/bin/sh\n",
            b"\xca\xfe\xba\xbe\0\0",
            b"\0asm\x01\0\0\0",
        ];
        for bytes in cases {
            assert_eq!(
                sniff(bytes),
                Found::Active,
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn says_nothing_of_text_and_the_cut() {
        let cases: &[&[u8]] = &[
            b"",
            b"\x89PN",
            b"RIFF",
            b"\0\0\0\x20ftyp",
            b"BMW is a car, and this is a text",
            b"1 < 2",
            b"< is less",
            b"\xff",
            b"name;price\n",
            b"\xff\xfeh\0i\0",
        ];
        for bytes in cases {
            assert_eq!(
                sniff(bytes),
                Found::Nothing,
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at(bytes: Vec<u8>) {
            sniff(&bytes);
        }

        #[test]
        fn white_space_does_not_hide_markup(space in "[ \t\r\n]{0,50}", tag in "[a-zA-Z]{1,9}") {
            prop_assert_eq!(sniff(format!("{space}<{tag}>").as_bytes()), Found::Active);
        }
    }
}
