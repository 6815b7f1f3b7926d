//! A message's files on their way out. One that our storage has, or that only its channel can fetch, goes as a signed URL that
//! expires; it is made when the message is sent, so that a message which waited has a fresh one.
//!
//! A file that cannot be had any more, or is too large, stays what it is: it goes as a line of text that describes it.

use std::sync::Arc;
use std::time::Duration;

use super::failure::Failure;
use super::outside::{Outside, Target};
use super::{Delivery, outside, with_known_buttons};
use crate::connections::Connection;
use crate::counted::{Line, Outcome};
use crate::files::{FileKey, Files, MAX_BASE64, NoFile, Shown, Upload, data_url};
use crate::mailbox::{Drain, EventHash};
use crate::model::{Content, File, FileSource, Message};
use crate::platforms::{self, ConnectionSettings};
use crate::time::Millis;

/// How long a URL may be opened, if the credentials that sign it live so long. Agents open it within seconds; the rest is for
/// what waits on the other side.
const VALID_FOR: Duration = Duration::from_secs(24 * 3600);

impl Delivery<'_> {
    /// Makes the first entry's message ready as far as it can be: what fails here fails again, and is judged, when it is sent.
    pub(super) async fn make_ready(&mut self, drain: &Drain) {
        let lane = drain.lane();
        let Some(entry) = lane.queue.front() else {
            return;
        };
        let Ok(message) = serde_json::from_str::<Message>(&entry.body) else {
            return;
        };
        let message = with_known_buttons(message, &self.conversation);
        let part = usize::try_from(lane.part).unwrap_or(usize::MAX);
        let (to, place) = (Arc::clone(&self.way.to), (entry.event, lane.head));
        let outside = outside(self.app);
        let ready = self.ready(&outside, (&to, self.until), place, &message, part);
        if let Err(failure) = ready.await {
            tracing::debug!(reason = ?failure, "a file is not ready yet");
        }
        // Fetched now if ever, for the same reason. One that is not to be had is missed when it is sent.
        let fetching = async {
            for reference in to.settings.secrets() {
                drop(self.app.secrets.get(reference).await);
            }
        };
        let in_time = Millis::now().until(self.until);
        drop(tokio::time::timeout(in_time, fetching).await);
    }

    /// `message` with a URL for every file that can have one. The same for as long as this holder sends it.
    pub(super) async fn ready(
        &mut self,
        outside: &Outside<'_>,
        (to, until): (&Connection, Millis),
        (event, number): (EventHash, u64),
        message: &Message,
        part: usize,
    ) -> Result<Message, Failure> {
        let Some(files) = self.app.files.clone().filter(|_| has_files(message)) else {
            return Ok(message.clone());
        };
        if let Some((of, for_whom, ready)) = &self.ready
            && *of == number
            && *for_whom == to.id
        {
            return Ok(ready.clone());
        }
        let target = Target {
            connection: to,
            conversation: &self.conversation,
            event,
            number,
            // It matters to a refusal alone that is for good, and no file's is.
            accepted: Millis::now(),
            until,
        };
        // A file is held in memory for a while.
        let _one_at_a_time = self.app.one_file.acquire().await;
        let mut ready = message.clone();
        for content in &mut ready.contents {
            let Content::File(file) = content else {
                continue;
            };
            match self.hand_on(&*files, outside, &target, file).await {
                Ok(()) => {}
                Err(NoFile::Later { after, reason }) => {
                    return Err(Failure::Later {
                        after,
                        in_doubt: false,
                        reason,
                    });
                }
                // What was sent of the message had the file in it: described, it would be other parts.
                Err(error) if part > 0 => return Err(Failure::never(error)),
                Err(error) => {
                    let sent = self.quoted(to, message).await;
                    Line::of(Outcome::Described, &self.conversation.key, self.lane)
                        .platform(self.way.from)
                        .to(to)
                        .reason(&sent.left_out_of(&error.to_string()))
                        .write();
                }
            }
        }
        self.ready = Some((number, to.id.clone(), ready.clone()));
        Ok(ready)
    }

    /// Gives a file a URL, if it has none that goes as it is, and says what it was found to be.
    async fn hand_on(
        &self,
        files: &dyn Files,
        outside: &Outside<'_>,
        target: &Target<'_>,
        file: &mut File,
    ) -> Result<(), NoFile> {
        let takes_bytes = target.connection.settings.takes_bytes();
        let (key, shown) = match &file.source {
            FileSource::Url(_) => return Ok(()),
            FileSource::Kept(key) => {
                let key: FileKey = key.parse().map_err(|error| NoFile::Never {
                    reason: format!("{error}"),
                })?;
                if takes_bytes {
                    let kept = files.get(&key, MAX_BASE64, left(target)?).await?;
                    file.source = FileSource::Url(data_url::write(&kept.media_type, &kept.bytes));
                    return Ok(());
                }
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
                file.media_type = Some(upload.media_type().essence().to_owned());
                file.size = u64::try_from(upload.bytes().len()).ok();
                if file.name.is_none() {
                    let ending = upload.media_type().extension();
                    file.name = ending.map(|ending| format!("file.{ending}"));
                }
                if takes_bytes && upload.bytes().len() <= MAX_BASE64 {
                    let url = data_url::write(upload.media_type(), upload.bytes());
                    file.source = FileSource::Url(url);
                    return Ok(());
                }
                let key = FileKey::of(&channel.id, upload.bytes());
                files.put(&key, &upload, left(target)?).await?;
                (key, upload.shown())
            }
        };
        let url = files.url(&key, &shown, VALID_FOR, Millis::now())?;
        file.source = FileSource::Url(url);
        Ok(())
    }
}

fn has_files(message: &Message) -> bool {
    message.contents.iter().any(|content| {
        matches!(content, Content::File(file) if !matches!(file.source, FileSource::Url(_)))
    })
}

fn left(target: &Target<'_>) -> Result<Duration, NoFile> {
    target.timeout().map_err(|_| NoFile::Later {
        after: None,
        reason: "no time was left to keep it".to_owned(),
    })
}
