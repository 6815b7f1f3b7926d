//! What a platform cannot express becomes the nearest text, here for all of them. Nothing is cut.

use crate::model::{
    Author, Button, Contact, Content, File, FileKind, FileSource, Location, Message,
};
use crate::platforms::{ButtonIds, Buttons};
use crate::text::markdown;

/// A whole message as one text, for a platform that takes nothing else: each content on lines of its own, with the
/// author's name in front where several people write, and a pencil where the message replaces an earlier one.
pub fn to_text(message: &Message) -> String {
    let text = message
        .contents
        .iter()
        .filter(|content| !matches!(content, Content::HandedOver | Content::Closed))
        .map(content_to_text)
        .collect::<Vec<_>>()
        .join("\n");
    let edited = if message.edited {
        "\u{270f}\u{fe0f} "
    } else {
        ""
    };
    match &message.author {
        Author::Visitor { name: Some(name) } => format!("{name}: {edited}{text}"),
        _ => format!("{edited}{text}"),
    }
}

/// One content as text; nothing for what only concerns platforms.
pub fn content_to_text(content: &Content) -> String {
    match content {
        Content::Text(text) => text.clone(),
        Content::Markdown(text) => {
            let plain = markdown::to_plain(text);
            // Nothing but markup: shown as it was written rather than not at all.
            if plain.trim().is_empty() {
                text.clone()
            } else {
                plain
            }
        }
        Content::File(file) => file_to_text(file),
        Content::Buttons(rows) => buttons_to_text(rows),
        Content::Press(button) => label(button).to_owned(),
        Content::Location(location) => location_to_text(location),
        Content::Contact(contact) => contact_to_text(contact),
        Content::HandedOver | Content::Closed => String::new(),
    }
}

fn file_to_text(file: &File) -> String {
    let kind = match file.kind {
        FileKind::Image => "\u{1f5bc}\u{fe0f}",
        FileKind::Audio => "\u{1f3b5}",
        FileKind::Voice => "\u{1f3a4}",
        FileKind::Video => "\u{1f3ac}",
        FileKind::Sticker => "\u{1f4ac}",
        FileKind::Document => "\u{1f4ce}",
    };
    let size = file.size.map(size_to_text);
    let detail = [file.media_type.clone(), size]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    let name = match (&file.name, detail.is_empty()) {
        (Some(name), true) => name.clone(),
        (Some(name), false) => format!("{name} ({detail})"),
        (None, _) => detail,
    };
    // A file that its platform or our storage holds has no URL that may be handed on; its description goes.
    let url = match &file.source {
        FileSource::Url(url) => url.as_str(),
        FileSource::Held(_) | FileSource::Kept(_) => "",
    };
    [kind, &name, url]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn size_to_text(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// What a button reads: its text, or what its author calls it if that is blank. Never blank, because platforms refuse a whole
/// keyboard for one button that reads nothing.
pub fn label(button: &Button) -> &str {
    [button.text.as_str(), button.id.as_str()]
        .into_iter()
        .find(|label| !label.trim().is_empty())
        .unwrap_or("\u{2026}")
}

fn buttons_to_text(rows: &[Vec<Button>]) -> String {
    rows.iter()
        .flatten()
        .map(|button| format!("\u{2022} {}", label(button)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn location_to_text(location: &Location) -> String {
    match &location.title {
        Some(title) => format!("\u{1f4cd} {title} {}", location.link()),
        None => format!("\u{1f4cd} {}", location.link()),
    }
}

fn contact_to_text(contact: &Contact) -> String {
    let known: Vec<&str> = [contact.name.as_str(), contact.phone.as_str()]
        .into_iter()
        .filter(|known| !known.trim().is_empty())
        .collect();
    format!("\u{1f464} {}", known.join(": "))
}

/// What a shortened id begins with. An id that begins so by itself is shortened too, so that the two never meet.
const SHORT: &str = "_h";

/// What the text of a button is kept under begins with, for channels that give back nothing else.
const BY_TEXT: &str = "_t";

/// Whether a button is kept under its text.
pub fn is_by_text(under: &str) -> bool {
    under.starts_with(BY_TEXT)
}

/// Makes the buttons of a message such as the channel can give back; returns under what each that it would not give back as
/// it is will come, and its own id. They are to be kept on the conversation until one is pressed ([`press`]).
pub fn returnable_buttons(message: &mut Message, buttons: Buttons) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut keep = |under: String, whole: String| {
        if !kept.iter().any(|(known, _)| *known == under) {
            kept.push((under, whole));
        }
    };
    for content in &mut message.contents {
        let Content::Buttons(rows) = content else {
            continue;
        };
        for button in rows.iter_mut().flatten() {
            match buttons {
                Buttons::WithIds(ids) if !fits(&button.id, ids) => {
                    let short = hashed(SHORT, &button.id);
                    // What it is called is what it reads, and the short id says nothing.
                    button.text = label(button).to_owned();
                    keep(short.clone(), std::mem::replace(&mut button.id, short));
                }
                Buttons::ByText if button.id != label(button) => {
                    keep(hashed(BY_TEXT, label(button).trim()), button.id.clone());
                }
                Buttons::No | Buttons::ByText | Buttons::WithIds(_) => {}
            }
        }
    }
    kept
}

/// What a visitor did, where it was the press of a button that [`returnable_buttons`] had to change; `known` are those that
/// the conversation keeps.
pub fn press<'a>(content: &mut Content, known: impl Fn(&str) -> Option<&'a str>) {
    match content {
        Content::Press(button) => {
            if let Some(whole) = known(&button.id) {
                whole.clone_into(&mut button.id);
            }
        }
        Content::Text(text) => {
            if let Some(whole) = known(&hashed(BY_TEXT, text.trim())) {
                *content = Content::Press(Button {
                    id: whole.to_owned(),
                    text: std::mem::take(text),
                });
            }
        }
        _ => {}
    }
}

fn fits(id: &str, ids: ButtonIds) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !id.is_empty()
        && id.len() <= ids.max
        && !id.starts_with(SHORT)
        && (!ids.word_characters_only || id.chars().all(word))
}

/// `prefix` and 88 bits of the hash of `what`, in characters that every platform takes.
fn hashed(prefix: &str, what: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, what.as_bytes());
    digest
        .as_ref()
        .iter()
        .take(11)
        .fold(prefix.to_owned(), |short, byte| {
            format!("{short}{byte:02x}")
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::Millis;

    const WEBIM: ButtonIds = ButtonIds {
        max: 24,
        word_characters_only: true,
    };

    fn keyboard(ids: &[String]) -> Message {
        let row = ids
            .iter()
            .map(|id| Button {
                id: id.clone(),
                text: "x".to_owned(),
            })
            .collect();
        Message::new(Author::Agent, Millis(0), Content::Buttons(vec![row]))
    }

    proptest! {
        #[test]
        fn every_button_fits_and_leads_back(ids in proptest::collection::vec("\\PC{0,80}", 1..6)) {
            let mut message = keyboard(&ids);
            let shortened = returnable_buttons(&mut message, Buttons::WithIds(WEBIM));
            let Content::Buttons(rows) = &message.contents[0] else { unreachable!() };
            for (button, id) in rows[0].iter().zip(&ids) {
                prop_assert!(button.id.len() <= 24 && !button.id.is_empty());
                prop_assert!(button.id.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c)));
                let whole = shortened.iter().find(|(short, _)| *short == button.id).map_or(&button.id, |(_, whole)| whole);
                prop_assert_eq!(whole, id);
            }
        }
    }

    #[test]
    fn a_button_that_comes_back_as_its_text_leads_to_its_id() {
        let mut message = keyboard(&["yes".to_owned(), "x".to_owned()]);
        let kept = returnable_buttons(&mut message, Buttons::ByText);
        assert_eq!(
            kept.len(),
            1,
            "a button that is called what it reads needs nothing"
        );
        let known = |under: &str| {
            let found = kept.iter().find(|(known, _)| known == under);
            found.map(|(_, whole)| whole.as_str())
        };
        let mut content = Content::Text("x".to_owned());
        press(&mut content, known);
        assert!(
            matches!(content, Content::Press(button) if button.id == "yes" && button.text == "x")
        );
        let mut content = Content::Text("y".to_owned());
        press(&mut content, known);
        assert_eq!(content, Content::Text("y".to_owned()));
    }

    #[test]
    fn a_button_always_reads_something() {
        let reads = |id: &str, text: &str| {
            let (id, text) = (id.to_owned(), text.to_owned());
            label(&Button { id, text }).to_owned()
        };
        assert_eq!(reads("yes", "Yes"), "Yes");
        assert_eq!(reads("yes", " "), "yes");
        assert_eq!(reads(" ", ""), "\u{2026}");
    }

    #[test]
    fn a_file_that_its_platform_holds_is_described_without_its_id() {
        let file = File {
            kind: FileKind::Document,
            source: FileSource::Held("secret-file-id".to_owned()),
            name: Some("offer.pdf".to_owned()),
            media_type: Some("application/pdf".to_owned()),
            size: Some(34_567),
        };
        assert_eq!(
            file_to_text(&file),
            "\u{1f4ce} offer.pdf (application/pdf, 34 KB)"
        );
    }
}
