//! An HTTP request as an event of payload format 2.0, and a function's response as an HTTP answer.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
//! Left out are the fields of authorizers and client certificates, and those that repeat others: `requestContext.time`
//! and `queryStringParameters`.

use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The time since the epoch.
pub(super) fn now() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

/// The event of a request that matched the route `key` with `variables`, and came from `source`.
pub(super) fn event(
    key: &str,
    variables: Map<String, Value>,
    head: &Parts,
    body: &Bytes,
    source: &str,
) -> Value {
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    let host = text(&head.headers, &header::HOST);
    let (body, coded) = encode(&head.headers, body);
    let mut event = json!({
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": joined(&head.headers),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "simulated",
            "domainName": host,
            "domainPrefix": host.split('.').next(),
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": source,
                "userAgent": text(&head.headers, &header::USER_AGENT),
            },
            "requestId": format!("{:016x}=", fastrand::u64(..)),
            "routeKey": key,
            "stage": "$default",
            "timeEpoch": u64::try_from(now().as_millis()).unwrap_or(u64::MAX),
        },
        "isBase64Encoded": coded,
    });
    if let Some(fields) = event.as_object_mut() {
        // These are absent, not empty, when there is nothing in them.
        let cookies: Vec<&str> = head
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookie| cookie.to_str().ok())
            .flat_map(|cookies| cookies.split("; "))
            .collect();
        if !cookies.is_empty() {
            fields.insert("cookies".to_owned(), cookies.into());
        }
        if !variables.is_empty() {
            fields.insert("pathParameters".to_owned(), variables.into());
        }
        if let Some(body) = body {
            fields.insert("body".to_owned(), body.into());
        }
    }
    event
}

/// Names are lower-case, values of one name are joined by commas, and cookies stand elsewhere.
fn joined(headers: &HeaderMap) -> Map<String, Value> {
    headers
        .keys()
        .filter(|name| *name != header::COOKIE)
        .map(|name| {
            let values: Vec<_> = headers
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            (name.as_str().to_owned(), values.join(",").into())
        })
        .collect()
}

/// The body, and whether it is Base64: everything is that is not of a type known as text.
fn encode(headers: &HeaderMap, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let kind = text(headers, &header::CONTENT_TYPE).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let textual = kind.starts_with("text/")
        || matches!(
            kind,
            "application/json" | "application/javascript" | "application/xml"
        )
        || kind.ends_with("+json")
        || kind.ends_with("+xml");
    match std::str::from_utf8(body) {
        Ok(text) if textual => (Some(text.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The answer that a function's response asks for.
pub(super) fn answer(response: &Value) -> Response<Body> {
    let Some(fields) = response.as_object() else {
        return inferred(response);
    };
    let Some(status) = fields.get("statusCode") else {
        return inferred(response);
    };
    explicit(fields, status).unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR))
}

/// JSON without a status is the body of a success.
fn inferred(response: &Value) -> Response<Body> {
    let body = response.to_string();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// `None` if the response is malformed.
fn explicit(fields: &Map<String, Value>, status: &Value) -> Option<Response<Body>> {
    let status = u16::try_from(status.as_u64()?).ok()?;
    let body = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(body) => body.as_str()?,
    };
    let body = match fields.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => Bytes::from(STANDARD.decode(body).ok()?),
        _ => Bytes::copy_from_slice(body.as_bytes()),
    };
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).ok()?;
    if let Some(headers) = fields.get("headers").and_then(Value::as_object) {
        for (name, value) in headers {
            let name = HeaderName::try_from(name.as_str()).ok()?;
            // A number or a flag is taken as its text.
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            answer
                .headers_mut()
                .insert(name, HeaderValue::try_from(value).ok()?);
        }
    }
    if let Some(cookies) = fields.get("cookies").and_then(Value::as_array) {
        for cookie in cookies {
            let cookie = HeaderValue::try_from(cookie.as_str()?).ok()?;
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    answer
        .headers_mut()
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    Some(answer)
}

/// What the API itself says: `{"message": "Not Found"}`.
pub(super) fn message(status: StatusCode) -> Response<Body> {
    let body = json!({"message": status.canonical_reason()});
    (status, axum::Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn made(request: Request<&'static [u8]>) -> Value {
        let (head, body) = request.into_parts();
        let variables = Map::from_iter([("x".to_owned(), "1".into())]);
        event(
            "POST /a/{x}",
            variables,
            &head,
            &Bytes::from_static(body),
            "192.0.2.1",
        )
    }

    #[test]
    fn a_request_becomes_an_event_of_format_2() {
        let event = made(
            Request::post("/a/1?q=1&q=2")
                .header("Host", "api.example.com")
                .header("X-Twice", "1")
                .header("X-Twice", "2")
                .header("Cookie", "a=1; b=2")
                .header("User-Agent", "test")
                .header("Content-Type", "application/json; charset=utf-8")
                .body(br#"{"a":1}"#.as_slice())
                .unwrap(),
        );
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["routeKey"], "POST /a/{x}");
        assert_eq!(event["rawPath"], "/a/1");
        assert_eq!(event["rawQueryString"], "q=1&q=2");
        assert_eq!(event["headers"]["x-twice"], "1,2");
        assert_eq!(event["headers"].get("cookie"), None);
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["pathParameters"], json!({"x": "1"}));
        assert_eq!(event["body"], r#"{"a":1}"#);
        assert_eq!(event["isBase64Encoded"], false);
        let context = &event["requestContext"];
        assert_eq!(context["http"]["method"], "POST");
        assert_eq!(context["http"]["path"], "/a/1");
        assert_eq!(context["http"]["sourceIp"], "192.0.2.1");
        assert_eq!(context["http"]["userAgent"], "test");
        assert_eq!(context["domainPrefix"], "api");
        let age = u128::from(context["timeEpoch"].as_u64().unwrap()).abs_diff(now().as_millis());
        assert!(age < 60_000, "{age}");
    }

    #[test]
    fn what_is_not_text_is_base64_and_what_is_empty_is_absent() {
        for (kind, body) in [
            ("application/json", b"\xff".as_slice()),
            ("application/octet-stream", b"abc"),
        ] {
            let request = Request::post("/").header("content-type", kind);
            let event = made(request.body(body).unwrap());
            assert_eq!(event["isBase64Encoded"], true, "{kind}");
            assert_eq!(event["body"], STANDARD.encode(body), "{kind}");
        }
        let event = made(Request::post("/").body(b"".as_slice()).unwrap());
        assert_eq!(event.get("body"), None);
        assert_eq!(event.get("cookies"), None);
    }

    #[test]
    fn a_response_becomes_an_answer() {
        let answered = answer(&json!({
            "statusCode": 429,
            "headers": {"Retry-After": 5},
            "cookies": ["a=1", "b=2"],
            "body": "YWJj",
            "isBase64Encoded": true,
        }));
        assert_eq!(answered.status(), 429);
        assert_eq!(answered.headers()["retry-after"], "5");
        let cookies = answered.headers().get_all("set-cookie");
        assert!(cookies.iter().eq(["a=1", "b=2"]));
    }

    #[tokio::test]
    async fn a_response_without_a_status_is_the_body() {
        let answered = answer(&json!({"ok": true}));
        assert_eq!(answered.status(), 200);
        assert_eq!(answered.headers()["content-type"], "application/json");
        let body = axum::body::to_bytes(answered.into_body(), 100).await;
        assert_eq!(body.unwrap(), r#"{"ok":true}"#.as_bytes());
    }

    #[test]
    fn a_malformed_response_is_an_internal_error() {
        for response in [
            json!({"statusCode": "200"}),
            json!({"statusCode": 99_999}),
            json!({"statusCode": 200, "body": {"a": 1}}),
            json!({"statusCode": 200, "body": "?", "isBase64Encoded": true}),
            json!({"statusCode": 200, "headers": {"a b": "c"}}),
        ] {
            assert_eq!(answer(&response).status(), 500, "{response}");
        }
    }
}
