//! A message's files on their way out. One that our storage has, or that only its channel can fetch, goes as a signed URL that
//! expires; it is made when the message is sent, so that a message which waited has a fresh one.
//!
//! A file that cannot be had any more, or is too large, stays what it is: it goes as a line of text that describes it.

use std::time::Duration;

use super::Delivery;
use super::failure::Failure;
use super::outside::{Outside, Target};
use crate::counted;
use crate::files::{FileKey, Files, NoFile, Shown, Upload};
use crate::model::{Content, File, FileSource, Message};
use crate::platforms;
use crate::time::Millis;

/// How long a URL may be opened. Agents open it within seconds; a person reads what an operator was sent next morning.
const VALID_FOR: Duration = Duration::from_secs(24 * 3600);

impl Delivery<'_> {
    /// `message` with a URL for every file that can have one.
    pub(super) async fn with_urls(
        &self,
        outside: &Outside<'_>,
        target: &Target<'_>,
        message: &Message,
    ) -> Result<Message, Failure> {
        let mut message = message.clone();
        let Some(files) = self.app.files.as_deref() else {
            return Ok(message);
        };
        for content in &mut message.contents {
            let Content::File(file) = content else {
                continue;
            };
            match self.url(files, outside, target, file).await {
                Ok(Some(url)) => file.source = FileSource::Url(url),
                Ok(None) => {}
                Err(NoFile::Later { after, reason }) => {
                    return Err(Failure::Later {
                        after,
                        in_doubt: false,
                        reason,
                    });
                }
                Err(error @ (NoFile::NotThere | NoFile::Never { .. })) => {
                    let channel = &self.way.channel;
                    tracing::warn!(connection = channel.id.as_str(), reason = %error);
                    let reason = "a file that cannot be handed on; it is described";
                    counted::dropped(channel.platform(), &channel.id, reason);
                }
            }
        }
        Ok(message)
    }

    /// The URL of a file; `None` if it has one that goes as it is.
    async fn url(
        &self,
        files: &dyn Files,
        outside: &Outside<'_>,
        target: &Target<'_>,
        file: &File,
    ) -> Result<Option<String>, NoFile> {
        let (key, shown) = match &file.source {
            FileSource::Url(_) => return Ok(None),
            FileSource::Kept(key) => {
                let key: FileKey = key.parse().map_err(|error| NoFile::Never {
                    reason: format!("{error}"),
                })?;
                let shown = Shown::new(file.name.as_deref(), file.media_type.as_deref());
                (key, shown)
            }
            FileSource::Held(id) => {
                let channel = &self.way.channel;
                let from = Target {
                    connection: channel,
                    ..*target
                };
                let fetched = platforms::fetch(outside, &from, id).await?;
                let (media_type, name) = (file.media_type.as_deref(), file.name.as_deref());
                let upload =
                    Upload::new(fetched, media_type, name).map_err(|error| NoFile::Never {
                        reason: error.to_string(),
                    })?;
                let key = FileKey::of(&channel.id, upload.bytes());
                files.put(&key, &upload, left(target)?).await?;
                (key, upload.shown())
            }
        };
        files.url(&key, &shown, VALID_FOR, Millis::now()).map(Some)
    }
}

fn left(target: &Target<'_>) -> Result<Duration, NoFile> {
    target.timeout().map_err(|_| NoFile::Later {
        after: None,
        reason: "no time was left to keep it".to_owned(),
    })
}
