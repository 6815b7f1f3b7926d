//! A bound on how deep quotations and lists nest.
//!
//! For each line the parser goes through every container that is open, so a line that opens very many makes all that follows
//! slow: some hundred kilobytes of `> > > …` would take minutes. Nobody writes that for a reader.

/// The most containers that one line may open.
const MAX_NESTING: usize = 100;

/// Whether a line of `markdown` starts with more than [`MAX_NESTING`] marks of quotations and list items.
pub(super) fn is_too_deep(markdown: &str) -> bool {
    markdown
        .split(['\n', '\r'])
        .any(|line| markers(line) > MAX_NESTING)
}

/// How many marks the line starts with; rather too many than too few.
fn markers(line: &str) -> usize {
    let mut found = 0;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let before_space = chars.peek().is_none_or(char::is_ascii_whitespace);
        match c {
            '>' => found += 1,
            '-' | '*' | '+' | '.' | ')' if before_space => found += 1,
            ' ' | '\t' | '0'..='9' => {}
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marks_at_the_start_of_a_line_count() {
        assert_eq!(markers("> > - 1. 2) + * text - > 1."), 7);
        assert_eq!(markers(">>> a > b"), 3);
        assert_eq!(markers("- - -"), 3);
        assert_eq!(markers("---------- **bold** 1.5"), 0);
        assert!(!is_too_deep(&"> - a\n".repeat(1000)));
        assert!(!is_too_deep(&"-".repeat(1000)));
        assert!(is_too_deep(&format!("a\r{}", ">".repeat(101))));
        assert!(is_too_deep(&format!("a\n{}", "10. ".repeat(101))));
    }
}
