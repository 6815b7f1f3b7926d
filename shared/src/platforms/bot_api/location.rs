//! A visitor's place arrives as a text that is nothing but a link to a map.

use crate::model::Location;

/// The place that a text names, if it is nothing but a link to Google's or Yandex's maps.
pub(crate) fn parse(text: &str) -> Option<Location> {
    let url: http::Uri = text.trim().parse().ok()?;
    if !matches!(url.scheme_str(), Some("https" | "http")) {
        return None;
    }
    let host = url.host()?;
    let value = |names: &[&str]| {
        url.query()?
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| names.contains(name))
            .and_then(|(_, value)| pair(value))
    };
    let (latitude, longitude) = match host.strip_prefix("www.").unwrap_or(host) {
        "maps.google.com" => value(&["q", "query", "ll"])?,
        "google.com" if url.path().starts_with("/maps") => value(&["q", "query", "ll"])?,
        // Yandex has the longitude first.
        "yandex.ru" | "yandex.com" if url.path().starts_with("/maps") => {
            let (longitude, latitude) = value(&["pt", "ll"])?;
            (latitude, longitude)
        }
        _ => return None,
    };
    let valid = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    valid.then_some(Location {
        latitude,
        longitude,
        title: None,
    })
}

fn pair(value: &str) -> Option<(f64, f64)> {
    let value = value.replace("%2C", ",").replace("%2c", ",");
    let (first, second) = value.split_once(',')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_maps_are_places() {
        for link in [
            "https://maps.google.com/maps?q=55.75,37.61",
            "https://www.google.com/maps/search/?api=1&query=55.75%2C37.61",
            "https://yandex.ru/maps/?ll=37.61,55.75&z=12",
        ] {
            let place = parse(link).unwrap();
            assert_eq!((place.latitude, place.longitude), (55.75, 37.61), "{link}");
        }
    }

    #[test]
    fn everything_else_stays_text() {
        for text in [
            "I am at https://maps.google.com/maps?q=55.75,37.61",
            "https://maps.google.com/maps?q=Moscow",
            "https://maps.google.com.evil.example/maps?q=1,2",
            "https://maps.google.com/maps?q=155.75,37.61",
            "https://maps.google.com/maps?q=NaN,1",
            "https://google.com/search?q=1,2",
            "55.75,37.61",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
