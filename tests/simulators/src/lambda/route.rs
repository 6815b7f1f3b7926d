//! Routes of an HTTP API: `POST /telegram/{connection}`.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>.

use serde_json::{Map, Value};

/// A method and a path with variables.
#[derive(Clone, Debug)]
pub(super) struct Template {
    method: String,
    path: String,
}

/// How well a path fits: the fewer variables the better, a greedy one last.
type Rank = (bool, usize);

impl Template {
    /// `method` is `ANY` or a method in capitals; a segment of `path` is literal, `{name}`, or, at the end, `{name+}`.
    pub(super) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
        }
    }

    /// `POST /telegram/{connection}`.
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The variables, if this is a route for the request, and how well it fits.
    pub(super) fn matched(&self, method: &str, path: &str) -> Option<(Rank, Map<String, Value>)> {
        if self.method != "ANY" && self.method != method {
            return None;
        }
        let mut variables = Map::new();
        let mut segments = path.split('/');
        for expected in self.path.split('/') {
            let variable = expected
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            match variable {
                None if segments.next() != Some(expected) => return None,
                None => {}
                Some(name) => {
                    let first = segments.next().filter(|segment| !segment.is_empty())?;
                    let Some(name) = name.strip_suffix('+') else {
                        variables.insert(name.to_owned(), decoded(first).into());
                        continue;
                    };
                    let rest: Vec<&str> = std::iter::once(first).chain(segments).collect();
                    variables.insert(name.to_owned(), decoded(&rest.join("/")).into());
                    return Some(((true, variables.len()), variables));
                }
            }
        }
        segments
            .next()
            .is_none()
            .then(|| ((false, variables.len()), variables))
    }
}

/// Without percent signs; what is no escape stays.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = (*first == b'%')
            .then_some(after)
            .and_then(|after| after.split_first_chunk::<2>())
            .and_then(|([high, low], after)| Some((hex(*high)? * 16 + hex(*low)?, after)));
        let (byte, after) = escape.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(template: &str, path: &str) -> Option<Value> {
        Template::new("POST", template)
            .matched("POST", path)
            .map(|(_, variables)| variables.into())
    }

    #[test]
    fn variables_are_whole_segments_and_decoded() {
        assert_eq!(
            variables("/a/{x}/b", "/a/1%2F2%zz%4/b"),
            Some(serde_json::json!({"x": "1/2%zz%4"}))
        );
        for path in ["/a//b", "/a/1", "/a/1/b/", "/a/1/b/c", "/A/1/b", ""] {
            assert_eq!(variables("/a/{x}/b", path), None, "{path}");
        }
    }

    #[test]
    fn a_greedy_variable_takes_the_rest() {
        assert_eq!(
            variables("/a/{rest+}", "/a/b/c"),
            Some(serde_json::json!({"rest": "b/c"}))
        );
        assert_eq!(variables("/a/{rest+}", "/a"), None);
    }

    #[test]
    fn the_more_literal_route_fits_better() {
        let rank = |template| {
            Template::new("ANY", template)
                .matched("GET", "/a/b")
                .unwrap()
                .0
        };
        assert!(rank("/a/b") < rank("/a/{x}"));
        assert!(rank("/{x}/{y}") < rank("/{x+}"));
    }

    #[test]
    fn another_method_is_another_route() {
        assert!(Template::new("POST", "/a").matched("GET", "/a").is_none());
    }
}
