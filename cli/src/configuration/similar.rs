//! What was probably meant.

/// So many choices are named; of thousands, the guess is what helps.
const NAMED: usize = 20;

/// Says that `given` is none of `choices`, which one it was probably meant to be, and what there is: `unknown key `tokn`
/// (did you mean `token`?); one of: platform, token`.
pub(super) fn unknown(kind: &str, given: &str, choices: &[&str]) -> String {
    let mut text = format!("unknown {kind} `{given}`");
    if let Some(meant) = closest(given, choices) {
        text.push_str(&format!(" (did you mean `{meant}`?)"));
    }
    let (named, more) = choices.split_at(NAMED.min(choices.len()));
    if !named.is_empty() {
        text.push_str(&format!("; one of: {}", named.join(", ")));
    }
    if !more.is_empty() {
        text.push_str(&format!(" and {} more", more.len()));
    }
    text
}

/// The choice that takes the fewest changes, if they are few.
fn closest<'a>(given: &str, choices: &[&'a str]) -> Option<&'a str> {
    // Beyond a few changes it is another word, and the list says more than a guess.
    let most = (given.chars().count() / 3).clamp(1, 3);
    choices
        .iter()
        .map(|choice| (distance(given, choice), *choice))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, choice)| choice)
}

/// Levenshtein's distance: characters inserted, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((b, diagonal), above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            let changed = diagonal + usize::from(a != *b);
            next.push(changed.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("tokn", "token", 1),
            ("bot-token", "bot_token", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn another_word_is_not_guessed_at() {
        assert_eq!(
            unknown("key", "tokn", &["platform", "token"]),
            "unknown key `tokn` (did you mean `token`?); one of: platform, token"
        );
        assert_eq!(
            unknown("key", "colour", &["platform", "token"]),
            "unknown key `colour`; one of: platform, token"
        );
        assert_eq!(unknown("agent", "a", &[]), "unknown agent `a`");
    }

    #[test]
    fn of_thousands_a_few_are_named() {
        let ids: Vec<String> = (0..10_000).map(|number| format!("shop-{number}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let said = unknown("agent", "shp-9999", &ids);
        assert!(said.contains("(did you mean `shop-9999`?)"), "{said}");
        assert!(said.ends_with(", shop-19 and 9980 more"), "{said}");
    }
}
