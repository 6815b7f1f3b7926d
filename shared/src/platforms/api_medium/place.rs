//! Where files stand in a text. Both ends count in UTF-16 units: the document names no unit, and its programs are JavaScript.

use crate::text::Unit;

/// A text with files in it, in the order in which a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<T> {
    /// Text, never blank.
    Text(String),
    /// A file.
    File(T),
}

/// Puts `files` into `text`, each before the UTF-16 unit that it names. One within a character goes before it; one beyond the
/// end, or that names none, goes to the end. Files at one place stay in their order.
pub fn place<T>(text: &str, files: impl IntoIterator<Item = (Option<u64>, T)>) -> Vec<Piece<T>> {
    let mut files: Vec<(u64, T)> = files
        .into_iter()
        .map(|(offset, file)| (offset.unwrap_or(u64::MAX), file))
        .collect();
    files.sort_by_key(|(offset, _)| *offset);
    let mut pieces = Vec::with_capacity(2 * files.len() + 1);
    let (mut rest, mut at) = (text, 0);
    for (offset, file) in files {
        let (before, units) = first(rest, offset.saturating_sub(at));
        let (before, after) = rest.split_at_checked(before).unwrap_or((rest, ""));
        push_text(&mut pieces, before);
        pieces.push(Piece::File(file));
        (rest, at) = (after, at.saturating_add(units));
    }
    push_text(&mut pieces, rest);
    pieces
}

/// How many bytes of `text` are its first `units` UTF-16 units, and how many units these are: fewer, if a character would
/// be split or the text ends.
fn first(text: &str, units: u64) -> (usize, u64) {
    let (mut bytes, mut counted) = (0, 0);
    for c in text.chars() {
        let longer = counted + if c.len_utf16() == 1 { 1 } else { 2 };
        if longer > units {
            break;
        }
        (bytes, counted) = (bytes + c.len_utf8(), longer);
    }
    (bytes, counted)
}

fn push_text<T>(pieces: &mut Vec<Piece<T>>, text: &str) {
    if !text.trim().is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

/// Says before which UTF-16 unit of its piece each file stands, where a text is sent as `pieces`: the text without white space
/// between them. `files` are in order, each with the byte of the text that it stands before.
pub fn offsets<T>(
    text: &str,
    pieces: &[String],
    files: impl IntoIterator<Item = (usize, T)>,
) -> Vec<Vec<(usize, T)>> {
    let mut placed: Vec<Vec<(usize, T)>> = Vec::new();
    let mut files = files.into_iter().peekable();
    let mut end = 0;
    for (index, piece) in pieces.iter().enumerate() {
        // Only white space lies between two pieces, so this finds the piece itself and at once. Did it not, a file would stand at
        // another place, and none would be lost: the last piece takes what is left.
        let rest = text.get(end..).unwrap_or_default();
        let start = end + rest.find(piece.as_str()).unwrap_or_default();
        end = start + piece.len();
        let is_last = index + 1 == pieces.len();
        let (mut here, mut counted) = (Vec::new(), (0, 0));
        while let Some((at, file)) = files.next_if(|(at, _)| *at <= end || is_last) {
            let until = at.saturating_sub(start).min(piece.len());
            let more = piece.get(counted.0..until).unwrap_or_default();
            counted = (until, counted.1 + Unit::Utf16.len(more));
            here.push((counted.1, file));
        }
        placed.push(here);
    }
    if pieces.is_empty() {
        placed.push(files.map(|(_, file)| (0, file)).collect());
    }
    placed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{Limit, split};

    fn text(text: &str) -> Piece<u8> {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn a_file_stands_where_it_belongs() {
        let files = [(Some(6), 1), (Some(0), 2), (Some(6), 3)];
        assert_eq!(
            place("Hello world", files),
            [
                Piece::File(2),
                text("Hello "),
                Piece::File(1),
                Piece::File(3),
                text("world")
            ]
        );
    }

    #[test]
    fn no_character_is_split_and_no_file_is_lost() {
        // An emoji is two units.
        for (offset, before, after) in [(1, "a", "🙂b"), (2, "a", "🙂b"), (3, "a🙂", "b")] {
            assert_eq!(
                place("a🙂b", [(Some(offset), 1)]),
                [text(before), Piece::File(1), text(after)],
                "{offset}"
            );
        }
        for offset in [Some(4), Some(5), Some(u64::MAX), None] {
            assert_eq!(place("a🙂b", [(offset, 1)]), [text("a🙂b"), Piece::File(1)]);
        }
        // The second one counts from where the first one went.
        assert_eq!(
            place("🙂ab", [(Some(1), 1), (Some(3), 2)]),
            [Piece::File(1), text("🙂a"), Piece::File(2), text("b")]
        );
    }

    #[test]
    fn blank_text_is_no_piece() {
        assert_eq!(place("", [(Some(0), 1)]), [Piece::File(1)]);
        assert_eq!(
            place(" \n", [(Some(1), 1), (Some(2), 2)]),
            [Piece::File(1), Piece::File(2)]
        );
        assert_eq!(place::<u8>(" ", []), []);
    }

    proptest! {
        #[test]
        fn what_was_said_of_a_place_leads_to_it(
            words in prop::collection::vec("(\\PC{1,8}|🙂|\n)", 0..12),
            files in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            max in 4_usize..40,
        ) {
            let whole = words.concat();
            let borders: Vec<usize> = whole.char_indices().map(|(at, _)| at).chain([whole.len()]).collect();
            let mut places: Vec<usize> = files.iter().map(|file| *file.get(&borders)).collect();
            places.sort_unstable();
            let limit = Limit { max, unit: Unit::Utf16 };
            let pieces = split(&whole, limit);
            let said = offsets(&whole, &pieces, places.iter().copied().zip(0..));
            prop_assert_eq!(said.len(), pieces.len().max(1));

            // Read again, the files are between the same characters, but for white space.
            let mut read = String::new();
            for (index, said) in said.iter().enumerate() {
                let piece = pieces.get(index).map_or("", String::as_str);
                let said = said.iter().map(|&(offset, file)| (u64::try_from(offset).ok(), file));
                for piece in place(piece, said) {
                    match piece {
                        Piece::Text(text) => read.push_str(&text),
                        Piece::File(file) => read.push_str(&format!("\u{1}{file}\u{2}")),
                    }
                }
            }
            let mut expected = whole;
            for (file, at) in places.iter().enumerate().rev() {
                expected.insert_str(*at, &format!("\u{1}{file}\u{2}"));
            }
            let ink = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(ink(&read), ink(&expected));
        }

        #[test]
        fn nothing_is_lost_wherever_files_go(whole in "(\\PC|🙂){0,30}", offsets in prop::collection::vec(any::<Option<u64>>(), 0..6)) {
            let placed = place(&whole, offsets.iter().copied().zip(0..));
            let mut files: Vec<usize> = Vec::new();
            let mut text = String::new();
            for piece in placed {
                match piece {
                    Piece::Text(piece) => text.push_str(&piece),
                    Piece::File(file) => files.push(file),
                }
            }
            files.sort_unstable();
            prop_assert_eq!(files, (0..offsets.len()).collect::<Vec<_>>());
            let ink = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(ink(&text), ink(&whole));
        }
    }
}
