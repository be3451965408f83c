//! Requests that belong together: cookies, kept connections, redirects.

use std::sync::Arc;

use base::Lock;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};

use super::body::{Body, Response};
use super::cookies::Jar;
use super::dial::dial;
use super::head::{Additions, outgoing};
use super::idle::{Home, IdleLinks};
use super::link::Link;
use super::origin::Origin;
use super::redirect::Trail;
use super::tls::Tls;
use super::{ClientConfig, Error, Request, Trust};

/// Idle connections that a session keeps: playlists and segments often come from two hosts.
const IDLE_LINKS_MAX: usize = 2;

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

    /// Its limits.
    pub(crate) fn config(&self) -> &ClientConfig {
        &self.inner.config
    }

    /// What it introduces itself with where nobody says otherwise.
    #[must_use]
    pub fn user_agent(&self) -> &str {
        &self.inner.config.user_agent
    }

    /// One request by itself, with `Connection: close`.
    pub async fn get(&self, request: Request) -> Result<Response, Error> {
        self.start(0).get(request).await
    }

    /// One request by itself, whose answer may have any status but that of a redirect.
    pub async fn answer(&self, request: Request) -> Result<Response, Error> {
        self.start(0).answer(request).await
    }

    /// Requests that share cookies and connections. Dropping the session and its responses closes
    /// everything at once.
    #[must_use]
    pub fn session(&self) -> Session {
        self.start(IDLE_LINKS_MAX)
    }

    fn start(&self, idle_links_max: usize) -> Session {
        Session {
            client: Arc::clone(&self.inner),
            jar: Arc::new(Lock::new(Jar::default())),
            idle: IdleLinks::new(idle_links_max),
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
    client: Arc<Inner>,
    jar: Arc<Lock<Jar>>,
    idle: Arc<IdleLinks>,
}

impl Session {
    /// Asks, follows redirects, and returns when the header of a 2xx or 304 is there; every other
    /// status is an error.
    pub async fn get(&self, request: Request) -> Result<Response, Error> {
        let response = self.answer(request).await?;
        match response.status {
            200..=299 | 304 => Ok(response),
            code => {
                let host = Origin::of(&response.url, Trust::default())?.to_string();
                response.discard().await;
                Err(Error::Status { host, code })
            }
        }
    }

    /// Asks, follows redirects, and returns when the header of an answer is there.
    async fn answer(&self, mut request: Request) -> Result<Response, Error> {
        let mut trail = Trail::new(self.client.config.redirects_max);
        loop {
            let asked_at = self.jar.lock().changes();
            let response = self.exchange(&request).await?;
            if request.cookies {
                self.store_cookies(&response);
            }
            match response.status {
                301 | 302 | 303 | 307 | 308 => {
                    let changes = self.jar.lock().changes();
                    let location = response.headers().get(header::LOCATION);
                    let location = location.map(HeaderValue::as_bytes);
                    trail.follow(&mut request, asked_at, changes, location)?;
                    response.discard().await;
                }
                _ => return Ok(response),
            }
        }
    }

    /// One request and its answer, whatever it is.
    async fn exchange(&self, request: &Request) -> Result<Response, Error> {
        let origin = Origin::of(&request.url, request.trust)?;
        if let Some(mut link) = self.idle.take(&origin).await {
            match self.ask(&mut link, request).await {
                Ok(answer) => return Ok(self.response(request, answer, link)),
                // The server closed it just before or while we asked: GET may be repeated
                // (RFC 9110, 9.2.2).
                Err(Error::NoAnswer { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.idle.make_room();
        let Inner { config, tls } = &*self.client;
        let mut link = Box::pin(dial(&origin, config, tls)).await?;
        let answer = self.ask(&mut link, request).await?;
        Ok(self.response(request, answer, link))
    }

    async fn ask(
        &self,
        link: &mut Link,
        request: &Request,
    ) -> Result<hyper::Response<Incoming>, Error> {
        let config = &self.client.config;
        let cookies = request
            .cookies
            .then(|| self.jar.lock().header(&request.url));
        let additions = Additions {
            user_agent: &config.user_agent,
            cookies: cookies.flatten(),
            keep_alive: self.idle.keeps(),
        };
        let outgoing = outgoing(&link.origin, request, &additions)?;
        link.ask(outgoing, config).await
    }

    fn response(
        &self,
        request: &Request,
        answer: hyper::Response<Incoming>,
        link: Link,
    ) -> Response {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let idle_timeout = self.client.config.idle_timeout;
        let body = Body::new(answer, link, Home::of(&self.idle), idle_timeout);
        Response::new(status, request.url.clone(), headers, body)
    }

    fn store_cookies(&self, response: &Response) {
        let lines = response.headers().get_all(header::SET_COOKIE);
        let mut jar = self.jar.lock();
        for line in lines {
            if let Ok(line) = line.to_str() {
                jar.store(&response.url, line);
            }
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
