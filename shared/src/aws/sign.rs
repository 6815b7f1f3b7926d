//! AWS Signature Version 4, with the SDK's own signer: DynamoDB's client has it already.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>, and for S3
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Account;
use crate::files::percent;
use crate::time::Millis;

/// S3 in signatures.
pub(crate) const S3: &str = "s3";

/// Whoever signs.
#[derive(Debug)]
pub(crate) struct Signer {
    /// The service's name in signatures, such as `s3`.
    pub(crate) service: &'static str,
    /// Those of the function, as a rule temporary: what they signed ends with them.
    pub(crate) account: Account,
}

/// It cannot be signed. What the signer says of it may hold the URL.
#[derive(Debug)]
pub(crate) struct NotSigned;

impl fmt::Display for NotSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request cannot be signed: the address, the region or the credentials are not what they should be")
    }
}

impl Signer {
    /// `headers`, and those that sign a request to `url` with them, and with `body`.
    pub(crate) fn headers(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, &str)],
        body: SignableBody<'_>,
        now: Millis,
    ) -> Result<HeaderMap, NotSigned> {
        let request = SignableRequest::new(method, url, headers.iter().copied(), body)
            .map_err(|_| NotSigned)?;
        let (added, _) = self
            .sign(request, SignatureLocation::Headers, None, now)?
            .into_parts();
        let mut signed = HeaderMap::with_capacity(headers.len() + added.len());
        let given = headers.iter().map(|(name, value)| (*name, *value, false));
        let added = added
            .iter()
            .map(|header| (header.name(), header.value(), true));
        for (name, value, secret) in given.chain(added) {
            let mut value = HeaderValue::from_str(value).map_err(|_| NotSigned)?;
            value.set_sensitive(secret);
            signed.insert(HeaderName::from_static(name), value);
        }
        Ok(signed)
    }

    /// `url` with a query that lets whoever has it GET it from `now` on for `valid_for`.
    pub(crate) fn presigned(
        &self,
        mut url: String,
        valid_for: Duration,
        now: Millis,
    ) -> Result<String, NotSigned> {
        let request = SignableRequest::new(
            "GET",
            url.as_str(),
            [].into_iter(),
            SignableBody::UnsignedPayload,
        )
        .map_err(|_| NotSigned)?;
        let location = SignatureLocation::QueryParams;
        let (_, added) = self
            .sign(request, location, Some(valid_for), now)?
            .into_parts();
        for (name, value) in added {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(&percent::encode(&value));
        }
        Ok(url)
    }

    fn sign(
        &self,
        request: SignableRequest<'_>,
        location: SignatureLocation,
        expires_in: Option<Duration>,
        now: Millis,
    ) -> Result<SigningInstructions, NotSigned> {
        let mut settings = SigningSettings::default();
        if self.service == S3 {
            // Its three departures from what the other services do.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings.signature_location = location;
        settings.expires_in = expires_in;
        let identity = self.account.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.account.region)
            .name(self.service)
            .time(UNIX_EPOCH + Duration::from_millis(now.0))
            .settings(settings)
            .build()
            .map_err(|_| NotSigned)?;
        let (instructions, _) = sign(request, &SigningParams::V4(params))
            .map_err(|_| NotSigned)?
            .into_parts();
        Ok(instructions)
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;
    use crate::files::hex;

    /// 24 May 2013, 00:00 UTC.
    const THEN: Millis = Millis(1_369_353_600_000);

    /// The access key of all examples in AWS's documents.
    fn signer(token: Option<&str>) -> Signer {
        Signer {
            service: S3,
            account: Account {
                region: "us-east-1".to_owned(),
                credentials: Credentials::new(
                    "AKIAIOSFODNN7EXAMPLE",
                    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                    token.map(str::to_owned),
                    None,
                    "example",
                ),
            },
        }
    }

    fn sha256(bytes: &[u8]) -> SignableBody<'static> {
        let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
        SignableBody::Precomputed(hex(hash.as_ref()))
    }

    fn authorization(headers: &HeaderMap) -> &str {
        headers["authorization"].to_str().unwrap()
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
    #[test]
    fn the_documented_url_is_signed() {
        let url = "https://examplebucket.s3.amazonaws.com/test.txt".to_owned();
        let day = Duration::from_secs(86400);
        assert_eq!(
            signer(None).presigned(url, day, THEN).unwrap(),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }

    /// "PUT Object" in <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
    #[test]
    fn the_documented_put_is_signed() {
        let headers = signer(None)
            .headers(
                "PUT",
                "https://examplebucket.s3.amazonaws.com/test%24file.text",
                &[
                    ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                    ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ],
                sha256(b"Welcome to Amazon S3."),
                THEN,
            )
            .unwrap();
        assert_eq!(
            authorization(&headers),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
             Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
        );
        assert_eq!(
            headers["x-amz-content-sha256"],
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
        );
    }

    /// "GET Object", there.
    #[test]
    fn the_documented_get_is_signed() {
        let headers = signer(None)
            .headers(
                "GET",
                "https://examplebucket.s3.amazonaws.com/test.txt",
                &[("range", "bytes=0-9")],
                sha256(b""),
                THEN,
            )
            .unwrap();
        assert!(
            authorization(&headers)
                .ends_with("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        );
    }

    #[test]
    fn temporary_credentials_sign_their_token_too() {
        let token = "a/b+c=";
        let url = || "https://examplebucket.s3.amazonaws.com/test.txt".to_owned();
        let hour = Duration::from_secs(3600);
        let signed = signer(Some(token)).presigned(url(), hour, THEN).unwrap();
        assert!(
            signed.contains("&X-Amz-Security-Token=a%2Fb%2Bc%3D"),
            "{signed}"
        );
        let signature = |url: &str| {
            let (_, rest) = url.split_once("X-Amz-Signature=").unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        let other = signer(Some("other")).presigned(url(), hour, THEN).unwrap();
        assert_ne!(signature(&signed), signature(&other));

        let headers = signer(Some(token))
            .headers("GET", &url(), &[], sha256(b""), THEN)
            .unwrap();
        assert_eq!(headers["x-amz-security-token"], token);
        assert!(authorization(&headers).contains("x-amz-security-token"));
        let printed = format!("{headers:?} {:?}", signer(Some(token)));
        for secret in [token, "wJalr", "98ad72"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
