//! What a file is and how it may be shown. Its sender says what it is; its bytes decide, because whoever opens the URL gets it
//! from us.
//!
//! * A picture, sound, video or PDF has the bytes of one, or it is `application/octet-stream`. So have archives and office
//!   documents.
//! * What a browser would run or render with scripts (HTML, SVG, XML, JavaScript, programs) is `application/octet-stream`, whatever it
//!   was called.
//! * Only pictures, sound, video and PDF are shown; everything else is downloaded (`Content-Disposition: attachment`).

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;

use super::name::{FileName, disposition};
use super::sniff::{Found, sniff};

/// The largest file that is fetched and kept: what Telegram lets a bot fetch
/// (<https://core.telegram.org/bots/api#getfile>). Bytes.
pub const MAX_FILE: usize = 20 * 1024 * 1024;
/// The largest file that may come as base64 inside a message, decoded: what fits into Lambda's 6 MB. Bytes.
pub const MAX_BASE64: usize = 4 * 1024 * 1024;

/// What is not known to be anything else.
const ANYTHING: &str = "application/octet-stream";

/// A media type in lower case, such as `image/png`. Of the parameters only `charset` is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(String);

impl MediaType {
    /// The longest that is read, parameters included, in bytes. None is longer.
    pub(super) const MAX: usize = 255;

    /// `application/octet-stream`.
    pub fn anything() -> Self {
        Self(ANYTHING.to_owned())
    }

    /// What a file is, that calls itself `declared`.
    pub fn of(declared: Option<&Self>, bytes: &[u8]) -> Self {
        let declared = declared.filter(|declared| declared.essence() != ANYTHING);
        match (declared, sniff(bytes)) {
            (_, Found::Active) => Self::anything(),
            (Some(declared), _) if declared.is_active() => Self::anything(),
            (Some(declared), found) => declared.confirmed(found),
            (None, Found::Format { media_type, .. }) => Self(media_type.to_owned()),
            (None, Found::Nothing) => Self::anything(),
        }
    }

    /// The type with its parameter.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type alone: `text/plain` of `text/plain; charset=utf-8`.
    pub fn essence(&self) -> &str {
        self.0
            .split_once(';')
            .map_or(self.0.as_str(), |(essence, _)| essence)
    }

    /// What a file's name ends with, where the type leaves no doubt.
    pub fn extension(&self) -> Option<&'static str> {
        Some(match self.essence() {
            "image/jpeg" => "jpg",
            "image/png" => "png",
            "image/gif" => "gif",
            "image/webp" => "webp",
            "audio/mpeg" => "mp3",
            "audio/ogg" => "ogg",
            "video/mp4" => "mp4",
            "video/webm" => "webm",
            "application/pdf" => "pdf",
            _ => return None,
        })
    }

    /// Whether a browser may show it, in place of saving it.
    pub fn may_be_shown(&self) -> bool {
        self.bytes_decide() && !self.is_active()
    }

    /// Types that have signatures, and that a browser shows: only the bytes make a file one of them.
    fn bytes_decide(&self) -> bool {
        let essence = self.essence();
        ["image/", "audio/", "video/"]
            .iter()
            .any(|family| essence.starts_with(family))
            || essence == "application/pdf"
    }

    /// What a browser would run, render with scripts, or take apart into such.
    fn is_active(&self) -> bool {
        // A media type is only ever made with its slash.
        let (family, subtype) = self.essence().split_once('/').unwrap_or_default();
        let words = [
            "html",
            "svg",
            "xml",
            "xsl",
            "script",
            "java",
            "wasm",
            "flash",
            "hta",
            "css",
            "manifest",
            "msdownload",
            "msdos",
            "dosexec",
            "executable",
            "portable-",
            "installer",
            "x-msi",
            "x-bat",
            "x-sh",
            "x-csh",
            "x-perl",
            "x-python",
            "x-php",
            "x-httpd",
            "mach-",
            "elf",
            "android.package",
        ];
        let office = subtype.starts_with("vnd.openxmlformats-");
        matches!(family, "multipart" | "message")
            || (!office && words.iter().any(|word| subtype.contains(word)))
    }

    /// `self`, if the bytes agree.
    fn confirmed(&self, found: Found) -> Self {
        let essence = self.essence();
        match found {
            Found::Format { media_type, also }
                if media_type == essence || also.contains(&essence) =>
            {
                self.clone()
            }
            // The family is right, or nearly (`image/jpg`, a PNG that is called a JPEG): the bytes know the rest.
            Found::Format { media_type, .. }
                if self.bytes_decide() && family(media_type) == family(essence) =>
            {
                Self(media_type.to_owned())
            }
            found if self.is_document_in(found) => self.clone(),
            _ if self.bytes_decide() || self.is_packed() => Self::anything(),
            _ => self.clone(),
        }
    }

    /// An archive, or an office document that is one.
    fn is_packed(&self) -> bool {
        let essence = self.essence();
        essence.contains("zip")
            || essence.starts_with("application/vnd.openxmlformats-")
            || essence.starts_with("application/vnd.oasis.opendocument")
            || essence.starts_with("application/vnd.ms-")
            || essence == "application/msword"
    }

    /// Whether such a document's bytes may look like that. Office programs also write `.doc` as RTF, and call a `.docx` so.
    fn is_document_in(&self, found: Found) -> bool {
        let Found::Format { media_type, .. } = found else {
            return false;
        };
        let essence = self.essence();
        let old = essence == "application/msword" || essence.starts_with("application/vnd.ms-");
        match media_type {
            "application/zip" => self.is_packed() && !essence.contains("gzip"),
            "application/gzip" => essence.contains("gzip"),
            "application/x-ole-storage" | "application/rtf" => old,
            _ => false,
        }
    }
}

fn family(essence: &str) -> &str {
    match essence.split_once('/') {
        // Alone in its family, as far as showing goes.
        Some(("application", _)) | None => essence,
        Some((family, _)) => family,
    }
}

/// A text that is no media type. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidMediaType;

impl fmt::Display for InvalidMediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a media type is a type and a subtype, such as `image/png`")
    }
}

impl std::error::Error for InvalidMediaType {}

impl FromStr for MediaType {
    type Err = InvalidMediaType;

    /// As [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1) writes it, with names as in
    /// [RFC 6838](https://www.rfc-editor.org/rfc/rfc6838#section-4.2).
    fn from_str(text: &str) -> Result<Self, InvalidMediaType> {
        if text.len() > Self::MAX {
            return Err(InvalidMediaType);
        }
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        let (family, subtype) = essence.trim().split_once('/').ok_or(InvalidMediaType)?;
        if !is_name(family) || !is_name(subtype) {
            return Err(InvalidMediaType);
        }
        let mut media_type = format!("{family}/{subtype}");
        if let Some(charset) = charset(parameters).ok_or(InvalidMediaType)? {
            media_type.push_str("; charset=");
            media_type.push_str(charset);
        }
        media_type.make_ascii_lowercase();
        Ok(Self(media_type))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= 127
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// The `charset` among parameters, if there is one; `None` if they are none. A semicolon without a parameter is let pass.
fn charset(parameters: &str) -> Option<Option<&str>> {
    let mut charset = None;
    let mut rest = parameters.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(';') {
            rest = after.trim_start();
            continue;
        }
        let (name, after) = rest.split_once('=')?;
        if name.is_empty() || !name.chars().all(is_token_char) {
            return None;
        }
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => after.split_at(after.find(|c| !is_token_char(c)).unwrap_or(after.len())),
        };
        let after = after.trim_start();
        if value.is_empty() || !(after.is_empty() || after.starts_with(';')) {
            return None;
        }
        if name.eq_ignore_ascii_case("charset") && value.chars().all(is_token_char) {
            charset = charset.or(Some(value));
        }
        rest = after;
    }
    Some(charset)
}

/// What stands before the closing quote, escapes and all, and what follows it.
fn quoted_value(quoted: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((quoted.get(..at)?, quoted.get(at + 1..)?)),
            _ if c.is_control() => return None,
            _ => {}
        }
    }
    None
}

/// A file that may be kept: not too large, its type checked, its name cleaned.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    bytes: Bytes,
    media_type: MediaType,
    name: Option<FileName>,
}

impl Upload {
    /// A file as it came. A `declared` type that is none counts as not declared, a name of which nothing is left as no name: a file
    /// is not lost over these.
    ///
    /// # Errors
    /// [`TooLarge`] beyond [`MAX_FILE`].
    pub fn new(
        bytes: impl Into<Bytes>,
        declared: Option<&str>,
        name: Option<&str>,
    ) -> Result<Self, TooLarge> {
        let bytes = bytes.into();
        if bytes.len() > MAX_FILE {
            return Err(TooLarge { limit: MAX_FILE });
        }
        let declared = declared.and_then(|declared| declared.parse().ok());
        Ok(Self {
            media_type: MediaType::of(declared.as_ref(), &bytes),
            name: name.and_then(FileName::clean),
            bytes,
        })
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What it is.
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// What it is called.
    pub fn name(&self) -> Option<&FileName> {
        self.name.as_ref()
    }

    /// How it is shown.
    pub fn shown(&self) -> Shown {
        Shown {
            inline: self.media_type.may_be_shown(),
            name: self.name.clone(),
        }
    }
}

impl fmt::Debug for Upload {
    /// Neither the bytes nor the name, which may be a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("bytes", &self.bytes.len())
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

/// How a file is shown to whoever opens its URL. Says nothing of its media type: that is what it was kept with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    inline: bool,
    name: Option<FileName>,
}

impl Shown {
    /// Of what a message says of its file.
    pub fn new(name: Option<&str>, media_type: Option<&str>) -> Self {
        Self {
            inline: media_type
                .and_then(|media_type| media_type.parse().ok())
                .is_some_and(|media_type: MediaType| media_type.may_be_shown()),
            name: name.and_then(FileName::clean),
        }
    }

    /// The header `Content-Disposition`.
    pub fn disposition(&self) -> String {
        disposition(self.inline, self.name.as_ref())
    }
}

/// A file is larger than is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// What is taken, in bytes.
    pub limit: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the file is larger than {} bytes", self.limit)
    }
}

impl std::error::Error for TooLarge {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const HTML: &[u8] = b"<html><script>alert(1)</script>";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0";
    const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    const OGG: &[u8] = b"OggS\0\x02\0\0OpusHead";
    const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0";

    fn parsed(text: &str) -> Option<String> {
        text.parse().ok().map(|media_type: MediaType| media_type.0)
    }

    fn judged(declared: &str, bytes: &[u8]) -> String {
        Upload::new(bytes.to_vec(), Some(declared), None)
            .unwrap()
            .media_type
            .0
    }

    #[test]
    fn media_types_are_read() {
        for (given, read) in [
            ("image/png", Some("image/png")),
            (" IMAGE/PNG ", Some("image/png")),
            (
                "text/plain;charset=UTF-8",
                Some("text/plain; charset=utf-8"),
            ),
            (
                "text/plain; charset=\"utf-8\"; format=flowed",
                Some("text/plain; charset=utf-8"),
            ),
            ("audio/ogg; codecs=\"opus; \\\"x\"", Some("audio/ogg")),
            ("text/plain;", Some("text/plain")),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            ),
            ("", None),
            ("image", None),
            ("image/", None),
            ("/png", None),
            ("image/png/x", None),
            ("image/p ng", None),
            ("image/png\r\nX: y", None),
            ("image/png, text/html", None),
            ("text/plain; charset", None),
            ("text/plain; charset=\"utf-8", None),
            ("text/plain; charset=utf-8 x", None),
            ("text/plain; =x", None),
            ("картинка/png", None),
        ] {
            assert_eq!(parsed(given).as_deref(), read, "{given:?}");
        }
        assert_eq!(parsed(&format!("a/{}", "b".repeat(300))), None);
    }

    #[test]
    fn the_bytes_decide() {
        for (declared, bytes, is) in [
            ("image/png", PNG, "image/png"),
            ("image/jpeg", PNG, "image/png"),
            ("", PNG, "image/png"),
            ("nonsense", PNG, "image/png"),
            (ANYTHING, PNG, "image/png"),
            ("image/png", HTML, ANYTHING),
            ("image/png", b"hello", ANYTHING),
            ("image/png", b"", ANYTHING),
            ("audio/mpeg", PNG, ANYTHING),
            ("application/pdf", PNG, ANYTHING),
            ("application/pdf", b"%PDF-1.4", "application/pdf"),
            ("audio/ogg", OGG, "audio/ogg"),
            ("audio/opus", OGG, "audio/opus"),
            ("video/ogg", OGG, "video/ogg"),
            ("audio/mp4", MP4, "audio/mp4"),
            ("video/mp4", MP4, "video/mp4"),
            ("application/zip", ZIP, "application/zip"),
            (
                "application/x-zip-compressed",
                ZIP,
                "application/x-zip-compressed",
            ),
            ("application/msword", OLE, "application/msword"),
            ("application/vnd.ms-excel", ZIP, "application/vnd.ms-excel"),
            ("application/zip", PNG, ANYTHING),
            ("application/msword", b"hello", ANYTHING),
            (
                "text/plain; charset=utf-8",
                b"hello",
                "text/plain; charset=utf-8",
            ),
            ("text/csv", b"a;b", "text/csv"),
            ("application/json", b"{}", "application/json"),
        ] {
            assert_eq!(judged(declared, bytes), is, "{declared}");
        }
        let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        assert_eq!(judged(docx, ZIP), docx);
        assert_eq!(judged(docx, HTML), ANYTHING);
    }

    #[test]
    fn what_runs_is_never_what_it_says() {
        for declared in [
            "text/html",
            "application/xhtml+xml",
            "image/svg+xml",
            "text/xml",
            "application/xml",
            "application/rss+xml",
            "text/javascript",
            "application/javascript",
            "application/ecmascript",
            "text/vbscript",
            "application/x-msdownload",
            "application/vnd.microsoft.portable-executable",
            "application/x-sh",
            "application/x-shockwave-flash",
            "application/java-archive",
            "application/vnd.android.package-archive",
            "application/wasm",
            "multipart/related",
            "message/rfc822",
            "TEXT/HTML; charset=utf-8",
        ] {
            for bytes in [HTML, PNG, b"hello"] {
                assert_eq!(judged(declared, bytes), ANYTHING, "{declared}");
            }
            assert!(
                Shown::new(Some("a.html"), Some(declared))
                    .disposition()
                    .starts_with("attachment"),
                "{declared}"
            );
        }
        for declared in ["text/plain", "application/json", "text/csv", ""] {
            assert_eq!(judged(declared, HTML), ANYTHING, "{declared}");
            assert_eq!(judged(declared, b"MZ\x90\0"), ANYTHING, "{declared}");
        }
    }

    #[test]
    fn only_what_is_seen_or_heard_is_shown() {
        for (media_type, start) in [
            (Some("image/png"), "inline"),
            (Some("audio/ogg"), "inline"),
            (Some("video/mp4"), "inline"),
            (Some("application/pdf"), "inline"),
            (Some("text/plain"), "attachment"),
            (Some("application/zip"), "attachment"),
            (Some("nonsense"), "attachment"),
            (None, "attachment"),
        ] {
            let shown = Shown::new(Some("a.bin"), media_type).disposition();
            assert_eq!(
                shown,
                format!("{start}; filename=\"a.bin\""),
                "{media_type:?}"
            );
        }
    }

    #[test]
    fn too_much_is_refused() {
        assert!(Upload::new(vec![0; MAX_FILE], None, None).is_ok());
        assert_eq!(
            Upload::new(vec![0; MAX_FILE + 1], None, None),
            Err(TooLarge { limit: MAX_FILE })
        );
    }

    #[test]
    fn an_upload_does_not_print_what_is_in_it() {
        let upload = Upload::new(&b"my number is +7900"[..], None, Some("Ada.txt")).unwrap();
        let printed = format!("{upload:?}");
        assert!(
            !printed.contains("7900") && !printed.contains("Ada"),
            "{printed}"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_a_media_type_stays_one(text in r#"\PC{0,40}|[a-z]{1,3}/[a-z]{1,3}(; ?[a-z"=\\\\;]{0,9}){0,3}"#) {
            if let Some(read) = parsed(&text) {
                prop_assert!(read.is_ascii());
                prop_assert_eq!(parsed(&read), Some(read));
            }
        }

        #[test]
        fn what_is_shown_has_the_bytes_of_it(declared in "(image|audio|video|text|application)/(png|svg.xml|mpeg|pdf|html|plain|x-[a-z]{1,4})", bytes: Vec<u8>) {
            let upload = Upload::new(bytes, Some(&declared), None).unwrap();
            prop_assert!(!upload.media_type.is_active());
            if upload.media_type.may_be_shown() {
                let known = matches!(sniff(&upload.bytes), Found::Format { .. });
                prop_assert!(known);
            }
        }
    }
}
