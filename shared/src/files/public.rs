//! Whether a URL that somebody else gave may be handed on, or shown to a person as a link.
//!
//! Such URLs are never fetched here: what they lead to is fetched by the platform that they are handed to, or by the person who
//! opens them. So no name is resolved, and a name that leads to a private address passes; what is refused is what says itself that
//! it leads into somebody's own network. Whoever fetches such a URL has to judge the address that it connects to, not this text.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// The longest URL that is handed on. Bytes.
const MAX: usize = 4096;
/// The longest name of a host: <https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4>.
const MAX_HOST: usize = 253;
/// Names end with one of these only in a network of one's own: RFC 6761, 6762, 8375, 9476, and what is common beside them.
const PRIVATE: &[&str] = &[
    "alt",
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// A URL that may be handed on: `http` or `https`, to a host that is public as far as its text says. It is spelled the one way that
/// every program reads alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// `url`, if it may be handed on.
    ///
    /// # Errors
    /// [`NotPublic`].
    pub fn parse(url: &str) -> Result<Self, NotPublic> {
        let url = url.trim_ascii();
        // What parsers drop, or take for a slash, without agreeing on it.
        if url.len() > MAX || url.chars().any(|c| c.is_control() || c == '\\') {
            return Err(NotPublic::NoUrl);
        }
        let parsed = Url::parse(url).map_err(|_| NotPublic::NoUrl)?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(NotPublic::Scheme);
        }
        let host = parsed.host_str().ok_or(NotPublic::NoUrl)?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(NotPublic::UserInfo);
        }
        if let Some(address) = address(host) {
            // The parser has read `0x7f.1` as what it means; who writes so means to hide it.
            if !is_public(address) || !is_spelled(url, host) {
                return Err(NotPublic::Address);
            }
        } else if !is_public_name(host) {
            return Err(NotPublic::Name);
        }
        let url = String::from(parsed);
        // It grows when what is not ASCII is escaped.
        if url.len() > MAX {
            return Err(NotPublic::NoUrl);
        }
        Ok(Self(url))
    }

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.0
    }
}

/// Why a URL may not be handed on. Does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPublic {
    /// It is no URL with a host, or too long.
    NoUrl,
    /// It is neither `http` nor `https`.
    Scheme,
    /// It holds a user's name or password.
    UserInfo,
    /// It leads to an address that is not public, or that is spelled oddly.
    Address,
    /// It leads to a name that is not public.
    Name,
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoUrl => "not a URL with a host, or longer than 4096 bytes",
            Self::Scheme => "a URL that is neither http nor https",
            Self::UserInfo => "a URL with a user's name or password in it",
            Self::Address => {
                "a URL that leads to an address which is not public, or is spelled oddly"
            }
            Self::Name => "a URL that leads to a name which is not public",
        })
    }
}

impl std::error::Error for NotPublic {}

fn address(host: &str) -> Option<IpAddr> {
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => address.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// Whether an IPv4 address stands in the URL as the four numbers that it is. IPv6 has one meaning however it is spelled.
fn is_spelled(url: &str, host: &str) -> bool {
    host.starts_with('[')
        || url
            .split_once("://")
            .and_then(|(_, rest)| rest.strip_prefix(host))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?', '#']))
}

fn is_public_name(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let labels = || name.rsplit('.');
    let well_formed = name.len() <= MAX_HOST
        && labels().all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        });
    let private = PRIVATE.iter().any(|end| {
        name.strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    well_formed && labels().count() > 1 && !private
}

/// Whether an address is in the public internet: <https://www.iana.org/assignments/iana-ipv4-special-registry> and
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        // This network, one's own, shared, loopback.
        [0 | 10 | 127, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            // Protocols, documentation, relays, benchmarks.
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            // Multicast, reserved, broadcast.
            | [224..=255, ..]
    )
}

/// Only what is given out as global unicast. That leaves out by itself: unspecified, loopback, IPv4 in IPv6 (mapped, compatible,
/// NAT64's `64:ff9b::/96` and `64:ff9b:1::/48`), unique local, link-local, site-local, multicast, and all that is not given out yet.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocols: Teredo, ORCHID, benchmarks.
        [0x2001, 0..=0x01ff, ..] => false,
        // Documentation.
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        // 6to4: an IPv4 address in disguise.
        [0x2002, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_public_passes_in_one_spelling() {
        for (url, spelled) in [
            ("https://example.com", "https://example.com/"),
            (
                "HTTP://Example.COM:80/A?b=c#d",
                "http://example.com/A?b=c#d",
            ),
            (" https://example.com/a b\n", "https://example.com/a%20b"),
            (
                "https://пример.рф/путь",
                "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C",
            ),
            ("https://8.8.8.8:8443/x", "https://8.8.8.8:8443/x"),
            (
                "https://[2606:4700:4700::1111]/",
                "https://[2606:4700:4700::1111]/",
            ),
            ("https://example.com./", "https://example.com./"),
            (
                "https://localhost.example.com/",
                "https://localhost.example.com/",
            ),
            ("https://notlocal.com/", "https://notlocal.com/"),
            ("https://mylocal.io/a@b", "https://mylocal.io/a@b"),
            (
                "https://bucket_1.s3.amazonaws.com/",
                "https://bucket_1.s3.amazonaws.com/",
            ),
            ("https://172.32.0.1/", "https://172.32.0.1/"),
            ("https://100.128.0.1/", "https://100.128.0.1/"),
        ] {
            assert_eq!(
                PublicUrl::parse(url).as_ref().map(PublicUrl::as_str),
                Ok(spelled),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_no_link_is_refused() {
        for (url, why) in [
            ("", NotPublic::NoUrl),
            ("example.com", NotPublic::NoUrl),
            ("//example.com", NotPublic::NoUrl),
            ("https://", NotPublic::NoUrl),
            ("https://exa mple.com", NotPublic::NoUrl),
            ("https://example.com\\@10.0.0.1", NotPublic::NoUrl),
            ("https://exam\tple.com", NotPublic::NoUrl),
            ("https://example.com:99999", NotPublic::NoUrl),
            ("https://1.2.3.4.5", NotPublic::NoUrl),
            ("https://256.1.1.1", NotPublic::NoUrl),
            ("javascript:alert(1)", NotPublic::Scheme),
            ("data:text/html,x", NotPublic::Scheme),
            ("file:///etc/passwd", NotPublic::Scheme),
            ("ftp://example.com", NotPublic::Scheme),
            ("https://user@example.com", NotPublic::UserInfo),
            ("https://:secret@example.com", NotPublic::UserInfo),
            ("https://example.com@10.0.0.1", NotPublic::UserInfo),
        ] {
            assert_eq!(PublicUrl::parse(url), Err(why), "{url}");
        }
        assert!(PublicUrl::parse(&format!("https://example.com/{}", "a".repeat(MAX))).is_err());
        assert!(PublicUrl::parse(&format!("https://example.com/{}", "я".repeat(1000))).is_err());
    }

    #[test]
    fn addresses_that_are_not_public_are_refused_however_they_are_spelled() {
        for host in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.0.0.1.",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "127.1",
            "0",
            "①②⑦.0.0.1",
            "127%2e0.0.1",
            // Public, and still odd.
            "0x08080808",
            "134744072",
            "8.8.2056",
            "010.8.8.8",
            "[::]",
            "[::1]",
            "[::ffff:8.8.8.8]",
            "[::ffff:7f00:1]",
            "[::8.8.8.8]",
            "[64:ff9b::8.8.8.8]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:10::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::1]",
            "[3fff::1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[5f00::1]",
        ] {
            assert_eq!(
                PublicUrl::parse(&format!("http://{host}/")),
                Err(NotPublic::Address),
                "{host}"
            );
        }
    }

    #[test]
    fn names_that_are_not_public_are_refused() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "printer.local",
            "printer.local.",
            "metadata.google.internal",
            "router.lan",
            "intranet",
            "db",
            "a..b",
            "a.home.arpa",
            "a;b.com",
        ] {
            let refused = PublicUrl::parse(&format!("http://{host}/"));
            assert!(
                matches!(refused, Err(NotPublic::Name | NotPublic::NoUrl)),
                "{host}: {refused:?}"
            );
        }
        assert!(PublicUrl::parse(&format!("https://{}.com", "a".repeat(64))).is_err());
        assert!(PublicUrl::parse(&format!("https://{}com", "a.".repeat(130))).is_err());
    }

    /// Whatever takes more than one pass a byte takes hours for these.
    #[test]
    fn much_of_anything_takes_no_time() {
        let begun = Instant::now();
        for text in ["a", ".", "@", ":", "[", "%", "я", "xn--a."] {
            for begin in ["", "https://", "https://a.b/"] {
                for many in [MAX / text.len(), 4 * 1024 * 1024] {
                    let url = format!("{begin}{}", text.repeat(many));
                    if let Ok(url) = PublicUrl::parse(&url) {
                        assert!(url.as_str().len() <= MAX);
                    }
                }
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    proptest! {
        #[test]
        fn what_passes_passes_again_unchanged(url in "\\PC{0,60}|https?:/{1,3}[a-z0-9.@:%\\[\\]x-]{0,30}(/\\PC{0,10})?") {
            if let Ok(url) = PublicUrl::parse(&url) {
                prop_assert!(url.as_str().is_ascii());
                prop_assert_eq!(PublicUrl::parse(url.as_str()), Ok(url));
            }
        }

        #[test]
        fn an_address_passes_exactly_if_it_is_public(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let url = |host: String| PublicUrl::parse(&format!("https://{host}/")).is_ok();
            prop_assert_eq!(url(address.to_string()), is_public_v4(address));
            prop_assert!(!url(bits.to_string()));
            for odd in [format!("{bits:#x}"), format!("[::ffff:{address}]")] {
                prop_assert!(!url(odd));
            }
        }
    }
}
