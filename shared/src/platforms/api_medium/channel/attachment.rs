//! The files of a message to the bot: by URL, or in the message itself, to be kept.

use crate::files::data_url;
use crate::files::public::PublicUrl;
use crate::files::{FileKey, MAX_BASE64, Upload};
use crate::model::{ConnectionId, File, FileSource};
use crate::platforms::api_medium::file::{kind_of_media_type, kind_of_url};
use crate::platforms::api_medium::wire::Attachment;
use crate::webhook::Refusal;

/// A file, and what has to be kept before it can be handed on.
pub(super) type Attached = (File, Option<(FileKey, Upload)>);

/// Reads attachment number `number` of a message that came through `channel`.
///
/// # Errors
/// [`Refusal::Malformed`], with what is wrong with it.
pub(super) fn read(
    channel: &ConnectionId,
    number: usize,
    attachment: &Attachment,
) -> Result<Attached, Refusal> {
    let wrong = |why: String| Refusal::malformed(format!("`attachments[{number}]`: {why}"));
    match (&attachment.url, &attachment.base64) {
        (Some(url), None) => {
            let url = PublicUrl::parse(url).map_err(|error| wrong(error.to_string()))?;
            Ok((by_url(url), None))
        }
        (None, Some(data)) => {
            let data =
                data_url::read(data, MAX_BASE64).map_err(|error| wrong(error.to_string()))?;
            let declared = data.media_type.as_ref().map(|declared| declared.as_str());
            let upload = Upload::new(data.bytes, declared, None)
                .map_err(|error| wrong(error.to_string()))?;
            let key = FileKey::of(channel, upload.bytes());
            Ok((kept(&key, &upload), Some((key, upload))))
        }
        _ => Err(wrong("has one of `url` and `base64`".to_owned())),
    }
}

fn by_url(url: PublicUrl) -> File {
    File {
        kind: kind_of_url(url.as_str()),
        source: FileSource::Url(url.into()),
        name: None,
        media_type: None,
        size: None,
    }
}

fn kept(key: &FileKey, upload: &Upload) -> File {
    File {
        kind: kind_of_media_type(upload.media_type().essence()),
        source: FileSource::Kept(key.to_string()),
        name: None,
        media_type: Some(upload.media_type().to_string()),
        size: u64::try_from(upload.bytes().len()).ok(),
    }
}
