//! What a Markdown link's destination is worth on a platform.

/// Longer URLs are written out: Telegram limits what all of a message's entities take together.
const LINKABLE_BYTES: usize = 2048;

/// Whether Telegram makes a link of `url`. It drops the URL of any other `<a>` without a word.
///
/// Its server takes `http` and `https` with a host that has a dot in it, and `tg`; it reads every other scheme, `mailto` too,
/// as a host without one (TDLib, `LinkManager::check_link`). Hosts that it might read differently are not linked.
pub(super) fn is_linkable(url: &str) -> bool {
    if url.len() > LINKABLE_BYTES || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return false;
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if scheme.eq_ignore_ascii_case("tg") {
        return !authority.is_empty()
            && authority
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
    }
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return false;
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    port.parse::<u16>().is_ok_and(|port| port > 0)
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
}

/// A destination as a reader wants to see it: an address or a number without the scheme that only programs need.
pub(super) fn spelled(url: &str) -> &str {
    ["mailto:", "tel:"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_keeps_these() {
        for url in [
            "https://example.com",
            "HTTP://example.com:8080/a?b=c#d",
            "https://пример.рф/путь",
            "https://en.wikipedia.org/wiki/Rust_(programming_language)",
            "tg://resolve?domain=durov",
            "tg://user?id=1",
        ] {
            assert!(is_linkable(url), "{url}");
        }
    }

    #[test]
    fn telegram_drops_these() {
        for url in [
            "",
            "/docs",
            "#top",
            "docs/a.md",
            "example.com",
            "mailto:a@example.com",
            "tel:+123",
            "javascript:alert(1)",
            "sandbox:/mnt/data/report.pdf",
            "ftp://example.com",
            "http://localhost:3000",
            "https://user:password@example.com",
            "https://example.com:0",
            "https://example.com:99999",
            "https://.com",
            "https://example.com/a b",
            "https://[::1]/",
            "tg://",
        ] {
            assert!(!is_linkable(url), "{url}");
        }
        assert!(!is_linkable(&format!(
            "https://example.com/{}",
            "a".repeat(2048)
        )));
    }

    #[test]
    fn an_address_needs_no_scheme() {
        assert_eq!(spelled("mailto:a@example.com"), "a@example.com");
        assert_eq!(spelled("tel:+123"), "+123");
        assert_eq!(spelled("https://example.com"), "https://example.com");
    }
}
