//! Data URLs, such as `data:image/png;base64,iVBORw0KGgo=`: how a file comes inside a message.
//! After [RFC 2397](https://www.rfc-editor.org/rfc/rfc2397), with base64 alone, and forgiving as
//! <https://infra.spec.whatwg.org/#forgiving-base64-decode> is: white space and missing padding are let pass.
//!
//! Every step looks at each byte once, and nothing is decoded before its size is known to be right.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::media::{MediaType, TooLarge};

/// The comma is within so many bytes: a scheme, a media type and a word.
const MAX_HEAD: usize = 512;

const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a data URL holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Data {
    /// What it says it is; it may say nothing.
    pub media_type: Option<MediaType>,
    /// The bytes, at least one.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data")
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// Why a text is not a data URL that is taken. Repeats none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidDataUrl {
    /// It does not begin with `data:`.
    NoData,
    /// There is no comma before the data.
    NoComma,
    /// What stands before `;base64` is no media type.
    MediaType,
    /// It is not base64.
    NotBase64,
    /// The base64 is broken.
    Broken,
    /// There is nothing in it.
    Empty,
    /// There is too much in it.
    TooLarge(TooLarge),
}

impl fmt::Display for InvalidDataUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoData => "a file in base64 is a data URL: it begins with `data:`",
            Self::NoComma => "the data URL has no comma before its data",
            Self::MediaType => {
                "the data URL's media type is none; it is written as in `data:image/png;base64,`"
            }
            Self::NotBase64 => {
                "the data URL does not say `;base64` before its comma; nothing else is taken"
            }
            Self::Broken => "the data URL's base64 is broken",
            Self::Empty => "the data URL is empty",
            Self::TooLarge(error) => return error.fmt(f),
        })
    }
}

impl std::error::Error for InvalidDataUrl {}

/// Reads a data URL of at most `limit` bytes, decoded.
///
/// # Errors
/// [`InvalidDataUrl`].
pub fn read(url: &str, limit: usize) -> Result<Data, InvalidDataUrl> {
    let url = url.trim_ascii_start();
    let (scheme, rest) = url.split_once(':').ok_or(InvalidDataUrl::NoData)?;
    if !scheme.eq_ignore_ascii_case("data") {
        return Err(InvalidDataUrl::NoData);
    }
    let (head, data) = split_head(rest).ok_or(InvalidDataUrl::NoComma)?;
    let (media_type, encoding) = match head.rsplit_once(';') {
        Some((media_type, encoding)) => (media_type.trim(), encoding.trim()),
        None => return Err(InvalidDataUrl::NotBase64),
    };
    if !encoding.eq_ignore_ascii_case("base64") {
        return Err(InvalidDataUrl::NotBase64);
    }
    let media_type = match media_type {
        "" => None,
        media_type => Some(media_type.parse().map_err(|_| InvalidDataUrl::MediaType)?),
    };
    let bytes = decode(data, limit)?;
    Ok(Data { media_type, bytes })
}

/// A data URL of a file.
pub fn write(media_type: &MediaType, bytes: &[u8]) -> String {
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("data:{};base64,{data}", media_type.essence())
}

/// What stands before the first comma outside quotes, and what behind it.
fn split_head(rest: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let comma = rest.bytes().take(MAX_HEAD).position(|b| {
        quoted ^= b == b'"';
        b == b',' && !quoted
    })?;
    Some((rest.get(..comma)?, rest.get(comma + 1..)?))
}

fn decode(data: &str, limit: usize) -> Result<Vec<u8>, InvalidDataUrl> {
    let space = data.bytes().filter(u8::is_ascii_whitespace).count();
    let padding = data
        .bytes()
        .rev()
        .filter(|b| !b.is_ascii_whitespace())
        .take_while(|b| *b == b'=')
        .take(2)
        .count();
    let digits = data.len() - space - padding;
    // Four digits are three bytes; a rest of two or three is one or two.
    if digits / 4 * 3 + digits % 4 * 3 / 4 > limit {
        return Err(InvalidDataUrl::TooLarge(TooLarge { limit }));
    }
    let data = if space == 0 {
        Cow::Borrowed(data)
    } else {
        Cow::Owned(data.split_ascii_whitespace().collect())
    };
    let bytes = FORGIVING
        .decode(data.as_ref())
        .map_err(|_| InvalidDataUrl::Broken)?;
    if bytes.is_empty() {
        return Err(InvalidDataUrl::Empty);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use base64::engine::general_purpose::STANDARD as STRICT;
    use proptest::prelude::*;

    use super::*;

    fn told(url: &str) -> InvalidDataUrl {
        read(url, 1000).unwrap_err()
    }

    #[test]
    fn reads_what_programs_write() {
        for (url, media_type, bytes) in [
            ("data:image/png;base64,aGVsbG8=", Some("image/png"), "hello"),
            ("DATA:Image/PNG;BASE64,aGVsbG8=", Some("image/png"), "hello"),
            ("data:;base64,aGVsbG8", None, "hello"),
            (
                "data:text/plain;charset=utf-8;base64,aGVs\r\n bG8=\n",
                Some("text/plain; charset=utf-8"),
                "hello",
            ),
            (
                "data:audio/ogg; codecs=\"a,b\"; base64,aGk=",
                Some("audio/ogg"),
                "hi",
            ),
            ("data:a/b;base64,aGl=", Some("a/b"), "hi"),
        ] {
            let data = read(url, 5).unwrap();
            assert_eq!(
                data.media_type.as_ref().map(MediaType::as_str),
                media_type,
                "{url}"
            );
            assert_eq!(data.bytes, bytes.as_bytes(), "{url}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (url, error) in [
            ("", InvalidDataUrl::NoData),
            ("aGVsbG8=", InvalidDataUrl::NoData),
            ("https://example.com/a,b", InvalidDataUrl::NoData),
            ("data:image/png;base64", InvalidDataUrl::NoComma),
            ("data:image/png,hello", InvalidDataUrl::NotBase64),
            ("data:,hello", InvalidDataUrl::NotBase64),
            ("data:image/png;base32,aGk=", InvalidDataUrl::NotBase64),
            ("data:png;base64,aGk=", InvalidDataUrl::MediaType),
            ("data:image/png;base64,a*b=", InvalidDataUrl::Broken),
            ("data:image/png;base64,aGk==a", InvalidDataUrl::Broken),
            ("data:image/png;base64,a", InvalidDataUrl::Broken),
            ("data:image/png;base64,", InvalidDataUrl::Empty),
            ("data:image/png;base64, \n", InvalidDataUrl::Empty),
        ] {
            assert_eq!(told(url), error, "{url}");
        }
    }

    #[test]
    fn the_limit_is_exact_and_comes_before_decoding() {
        for size in 1..20 {
            let padded = STRICT.encode(vec![7; size]);
            for data in [padded.as_str(), padded.trim_end_matches('=')] {
                let url = format!("data:;base64,{data}");
                assert_eq!(read(&url, size).unwrap().bytes.len(), size);
                assert_eq!(
                    read(&url, size - 1),
                    Err(InvalidDataUrl::TooLarge(TooLarge { limit: size - 1 }))
                );
            }
        }
        // Broken too, but that is not looked at any more.
        assert_eq!(
            read(&format!("data:;base64,{}", "*".repeat(100)), 50),
            Err(InvalidDataUrl::TooLarge(TooLarge { limit: 50 }))
        );
    }

    /// Whatever takes more than one pass a byte takes hours for these.
    #[test]
    fn much_of_anything_takes_no_time() {
        let many = 8 * 1024 * 1024;
        let begun = Instant::now();
        for text in ["a", ";", ",", "\"", " ", "=", "data:", "a ", "é"] {
            let filler = text.repeat(many / text.len());
            for url in [
                filler.clone(),
                format!("data:{filler}"),
                format!("data:a/b;base64,{filler}"),
                format!("data:a/b;x=\"{filler}\";base64,aGk="),
            ] {
                if let Ok(data) = read(&url, many) {
                    assert!(data.bytes.len() <= many);
                }
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read(bytes in proptest::collection::vec(any::<u8>(), 1..200), padded: bool) {
            let data = STRICT.encode(&bytes);
            let data = if padded { data.as_str() } else { data.trim_end_matches('=') };
            let read = read(&format!("data:a/b;base64,{data}"), bytes.len()).unwrap();
            prop_assert_eq!(read.bytes, bytes);
        }

        #[test]
        fn any_text_is_read_or_refused(url in "\\PC{0,60}|(data:)?[a-z/]{0,6}(;[a-z=\"]{0,6}){0,2}(;base64)?,?[a-zA-Z0-9+/= é]{0,40}", limit in 0..40_usize) {
            if let Ok(data) = read(&url, limit) {
                prop_assert!((1..=limit).contains(&data.bytes.len()));
            }
        }
    }
}
