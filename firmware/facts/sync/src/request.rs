//! A request in the manner of a source.

use desk::SourceSettings;
use upstream::http;
use url::Url;

/// A request for this address, as its source says.
pub(crate) fn request(source: &SourceSettings, url: Url) -> http::Request {
    let headers = source.headers.iter();
    http::Request {
        user_agent: source.user_agent.clone(),
        headers: headers
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        accept_gzip: true,
        trust: if source.tls_verify {
            http::Trust::Authorities
        } else {
            http::Trust::Anybody
        },
        ..http::Request::new(url)
    }
}
