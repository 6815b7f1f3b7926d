//! Durations as a person writes and reads them.

use std::time::Duration;

/// Reads `800ms`, `2s`, `1.5s`.
///
/// # Errors
/// What a duration looks like.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let seconds = match text.strip_suffix("ms") {
        Some(number) => number.parse::<f64>().map(|number| number / 1000.0),
        None => text.strip_suffix('s').unwrap_or_default().parse::<f64>(),
    };
    seconds
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| "write it as 800ms or 2s, up to an hour".to_owned())
}

/// The longest that may be written.
const LONGEST: Duration = Duration::from_secs(3600);

/// `5 s`, `12 min`, `3 h`, `8 days`: a duration rounded down to its largest unit.
pub(super) fn rough(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(24 * 3600, "days"), (3600, "h"), (60, "min")];
    units
        .into_iter()
        .find(|(unit, _)| seconds >= 2 * unit)
        .map_or_else(
            || format!("{seconds} s"),
            |(unit, name)| format!("{} {name}", seconds / unit),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_person_writes_them() {
        assert_eq!(parse("800ms"), Ok(Duration::from_millis(800)));
        assert_eq!(parse("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse("0s"), Ok(Duration::ZERO));
        for wrong in ["", "s", "5", "-1s", "NaNs", "infs", "2h", "9999s", "5 m"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn as_a_person_reads_them() {
        for (seconds, text) in [
            (0, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7_300, "2 h"),
            (200_000, "2 days"),
        ] {
            assert_eq!(rough(Duration::from_secs(seconds)), text);
        }
    }
}
