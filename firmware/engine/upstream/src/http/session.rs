//! Requests that belong together: cookies, kept connections, redirects.

use std::sync::{Arc, Weak};

use base::Lock;
use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;
use url::Url;

use super::body::{Body, Response};
use super::cookies::Jar;
use super::dial::dial;
use super::link::{Link, Outgoing};
use super::origin::Origin;
use super::redirect::Trail;
use super::tls::Tls;
use super::{ClientConfig, Error, Request, auth, redact};

/// Idle connections that a session keeps: playlists and segments often come from two hosts.
const IDLE_LINKS_MAX: usize = 2;

/// Headers that are the client's own business: they decide how an answer is framed.
const RESERVED_HEADERS: [HeaderName; 8] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Makes requests and sessions. Cheap to clone; holds no connection.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: ClientConfig,
    tls: Tls,
}

impl Client {
    /// Opens nothing and reads nothing yet.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let tls = Tls::new(config.extra_ca.clone());
        Self {
            inner: Arc::new(Inner { config, tls }),
        }
    }

    /// One request by itself, with `Connection: close`.
    pub async fn get(&self, request: Request) -> Result<Response, Error> {
        self.start(0).get(request).await
    }

    /// Requests that share cookies and connections. Dropping the session and its responses closes
    /// everything at once.
    #[must_use]
    pub fn session(&self) -> Session {
        self.start(IDLE_LINKS_MAX)
    }

    fn start(&self, idle_links_max: usize) -> Session {
        Session {
            shared: Arc::new(Shared {
                client: Arc::clone(&self.inner),
                idle_links_max,
                jar: Lock::new(Jar::default()),
                idle: Lock::new(Vec::with_capacity(idle_links_max)),
            }),
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}

/// Requests that share cookies and at most two idle connections. Clones are the same session.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    client: Arc<Inner>,
    idle_links_max: usize,
    jar: Lock<Jar>,
    /// Oldest first.
    idle: Lock<Vec<Link>>,
}

impl Session {
    /// Asks, follows redirects, and returns when the header of a 2xx or 304 is there; every other
    /// status is an error.
    pub async fn get(&self, mut request: Request) -> Result<Response, Error> {
        let mut trail = Trail::new(self.shared.client.config.redirects_max);
        loop {
            let asked_at = self.shared.jar.lock().changes();
            let response = self.exchange(&request).await?;
            if request.cookies {
                self.store_cookies(&response);
            }
            match response.status {
                200..=299 | 304 => return Ok(response),
                301 | 302 | 303 | 307 | 308 => {
                    let changes = self.shared.jar.lock().changes();
                    let location = response.headers().get(header::LOCATION);
                    let location = location.map(HeaderValue::as_bytes);
                    trail.follow(&mut request, asked_at, changes, location)?;
                    response.discard().await;
                }
                code => {
                    let host = Origin::of(&response.url)?.to_string();
                    response.discard().await;
                    return Err(Error::Status { host, code });
                }
            }
        }
    }

    /// One request and its answer, whatever it is.
    async fn exchange(&self, request: &Request) -> Result<Response, Error> {
        let origin = Origin::of(&request.url)?;
        if let Some(mut link) = self.take_idle(&origin).await {
            match self.ask(&mut link, request).await {
                Ok(answer) => return Ok(self.response(request, answer, link)),
                // The server closed it just before or while we asked: GET may be repeated
                // (RFC 9110, 9.2.2).
                Err(Error::NoAnswer { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.close_idle();
        let Inner { config, tls } = &*self.shared.client;
        let mut link = Box::pin(dial(&origin, config, tls)).await?;
        let answer = self.ask(&mut link, request).await?;
        Ok(self.response(request, answer, link))
    }

    async fn ask(
        &self,
        link: &mut Link,
        request: &Request,
    ) -> Result<hyper::Response<hyper::body::Incoming>, Error> {
        let outgoing = self.outgoing(&link.origin, request)?;
        link.ask(outgoing, &self.shared.client.config).await
    }

    fn response(
        &self,
        request: &Request,
        answer: hyper::Response<hyper::body::Incoming>,
        link: Link,
    ) -> Response {
        let (head, frames) = answer.into_parts();
        let idle_timeout = self.shared.client.config.idle_timeout;
        let home = Home(Arc::downgrade(&self.shared));
        let body = Body::new(frames, link, home, idle_timeout);
        Response::new(
            head.status.as_u16(),
            request.url.clone(),
            head.headers,
            body,
        )
    }

    fn store_cookies(&self, response: &Response) {
        let lines = response.headers().get_all(header::SET_COOKIE);
        let mut jar = self.shared.jar.lock();
        for line in lines {
            if let Ok(line) = line.to_str() {
                jar.store(&response.url, line);
            }
        }
    }

    async fn take_idle(&self, origin: &Origin) -> Option<Link> {
        loop {
            let mut link = {
                let mut idle = self.shared.idle.lock();
                let place = idle.iter().rposition(|link| link.origin == *origin)?;
                idle.remove(place)
            };
            if link.is_ready().await {
                return Some(link);
            }
        }
    }

    /// Makes room for a new connection.
    fn close_idle(&self) {
        let mut idle = self.shared.idle.lock();
        if !idle.is_empty() && idle.len() >= self.shared.idle_links_max {
            idle.remove(0);
        }
    }

    fn outgoing(&self, origin: &Origin, request: &Request) -> Result<Outgoing, Error> {
        let mut outgoing = hyper::Request::new(Empty::<Bytes>::new());
        *outgoing.uri_mut() = target(&request.url)?;
        *outgoing.headers_mut() = self.headers(origin, request)?;
        Ok(outgoing)
    }

    /// In the order in which well-known players send them: some servers look.
    fn headers(&self, origin: &Origin, request: &Request) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        set(&mut headers, header::HOST, &origin.authority())?;
        let user_agent = &self.shared.client.config.user_agent;
        set(&mut headers, header::USER_AGENT, user_agent)?;
        set(&mut headers, header::ACCEPT, "*/*")?;
        if let Some(basic) = auth::basic(&request.url) {
            set(&mut headers, header::AUTHORIZATION, &basic)?;
        }
        for (name, value) in &request.headers {
            let name = name.trim().parse().map_err(|_| Error::BadHeader {
                name: name.chars().take(80).collect(),
            })?;
            if !RESERVED_HEADERS.contains(&name) {
                set(&mut headers, name, value.trim())?;
            }
        }
        if let Some(user_agent) = &request.user_agent {
            set(&mut headers, header::USER_AGENT, user_agent)?;
        }
        if let Some(range) = request.range {
            set(&mut headers, header::RANGE, &range.to_string())?;
        }
        if request.cookies
            && !headers.contains_key(header::COOKIE)
            && let Some(cookies) = self.shared.jar.lock().header(&request.url)
        {
            set(&mut headers, header::COOKIE, &cookies)?;
        }
        let coding = if request.accept_gzip {
            "gzip"
        } else {
            "identity"
        };
        set(&mut headers, header::ACCEPT_ENCODING, coding)?;
        let keep = self.shared.idle_links_max > 0;
        let connection = if keep { "keep-alive" } else { "close" };
        set(&mut headers, header::CONNECTION, connection)?;
        Ok(headers)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// Where a connection goes when its body has been read to the end. Weak: a body that outlives its
/// session must not keep it.
pub(super) struct Home(Weak<Shared>);

impl Home {
    pub(super) fn keep(&self, mut link: Link) {
        let Some(shared) = self.0.upgrade() else {
            return;
        };
        if shared.idle_links_max == 0 {
            return;
        }
        link.idle_since = Instant::now();
        let mut idle = shared.idle.lock();
        if idle.len() >= shared.idle_links_max {
            idle.remove(0);
        }
        idle.push(link);
    }
}

/// The request target in origin form (RFC 9112, 3.2.1).
fn target(url: &Url) -> Result<hyper::Uri, Error> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    target.parse().map_err(|_| Error::BadUrl {
        url: redact(url),
        reason: "its path or query holds characters that HTTP does not allow",
    })
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), Error> {
    let value = HeaderValue::from_str(value)
        .or_else(|_| HeaderValue::from_bytes(value.as_bytes()))
        .map_err(|_| Error::BadHeader {
            name: name.as_str().to_owned(),
        })?;
    headers.insert(name, value);
    Ok(())
}
