//! What a file is of which nothing is known but its URL or its media type.

use crate::model::FileKind;

/// By the extension in a URL's path.
pub(super) fn kind_of_url(url: &str) -> FileKind {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = match name.rsplit_once('.') {
        Some((_, extension)) => extension.to_ascii_lowercase(),
        None => return FileKind::Document,
    };
    match extension.as_str() {
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "bmp" | "heic" | "avif" => FileKind::Image,
        "mp3" | "m4a" | "aac" | "flac" | "wav" => FileKind::Audio,
        // What messengers record is Opus in Ogg.
        "ogg" | "oga" | "opus" => FileKind::Voice,
        "mp4" | "m4v" | "mov" | "webm" | "mkv" | "avi" => FileKind::Video,
        _ => FileKind::Document,
    }
}

/// By its media type, such as `image/png`.
pub(super) fn kind_of_media_type(media_type: &str) -> FileKind {
    match media_type.split('/').next() {
        Some("image") => FileKind::Image,
        Some("audio") => FileKind::Audio,
        Some("video") => FileKind::Video,
        _ => FileKind::Document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_what_it_leads_to() {
        for (url, kind) in [
            (
                "https://a.example/b/cat.JPG?size=2&of=a.mp3",
                FileKind::Image,
            ),
            ("https://a.example/say.ogg#t=1", FileKind::Voice),
            ("https://a.example/song.mp3", FileKind::Audio),
            ("https://a.example/film.mp4", FileKind::Video),
            ("https://a.example/offer.pdf", FileKind::Document),
            ("https://a.example/v1.png/offer", FileKind::Document),
            ("https://a.example", FileKind::Document),
            ("", FileKind::Document),
        ] {
            assert_eq!(kind_of_url(url), kind, "{url}");
        }
    }

    #[test]
    fn so_does_a_media_type() {
        for (media_type, kind) in [
            ("image/png", FileKind::Image),
            ("audio/mpeg", FileKind::Audio),
            ("video/mp4", FileKind::Video),
            ("application/pdf", FileKind::Document),
            ("", FileKind::Document),
        ] {
            assert_eq!(kind_of_media_type(media_type), kind, "{media_type}");
        }
    }
}
