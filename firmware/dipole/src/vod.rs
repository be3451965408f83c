//! The adapter between `serve`, which wants films' files, and `upstream`, which asks providers.

use base::StreamSpec;
use ingest::throttle::{Throttle, Toll};
use serve::{Opening, Reading, VodAnswer, VodBody, VodError, VodHead, VodOpener};
use upstream::http;

use crate::{
    hosts::{self, Hosts},
    manners::AllManners,
    opener::request,
};

/// Asks the providers of all sources for films.
pub(crate) struct Films {
    client: http::Client,
    manners: AllManners,
    hosts: Hosts,
    throttle: Throttle,
}

impl Films {
    /// Asks with `client`, as `manners` says, and reads as fast as `throttle` lets it.
    pub(crate) fn new(
        client: http::Client,
        manners: AllManners,
        hosts: Hosts,
        throttle: Throttle,
    ) -> Self {
        Self {
            client,
            manners,
            hosts,
            throttle,
        }
    }

    /// At one host of the account after the other, until one answers.
    async fn ask(
        &self,
        stream: &StreamSpec,
        headers: Vec<(&'static str, String)>,
    ) -> Result<VodAnswer, VodError> {
        let mut doors = self.hosts.doors(stream);
        while let Some(door) = doors.next() {
            let stream = door.stream(stream);
            let answer = self.ask_at(&stream, headers.clone()).await;
            let is_out = match &answer {
                Ok(answer) => hosts::is_out_of_order(answer.head.status),
                Err(_) => true,
            };
            // The connection goes before the next one is opened.
            if !is_out || doors.is_last() {
                return answer;
            }
            drop(answer);
            doors.failed(&door);
        }
        Err(VodError("the account has no host".to_owned()))
    }

    async fn ask_at(
        &self,
        stream: &StreamSpec,
        headers: Vec<(&'static str, String)>,
    ) -> Result<VodAnswer, VodError> {
        let mut asked = request(&self.manners.of(stream.source), stream);
        // A range or a condition of the source's own would be answered in place of the client's.
        asked.headers.retain(|(name, _)| {
            !headers
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        });
        let named = headers.into_iter();
        asked
            .headers
            .extend(named.map(|(name, value)| (name.to_owned(), value)));
        let answer = self
            .client
            .answer(http::Request {
                headers: asked.headers,
                user_agent: asked.user_agent,
                trust: asked.trust,
                ..http::Request::new(asked.url.trim().parse().map_err(|_| {
                    VodError("the address in the list cannot be read: correct it there".to_owned())
                })?)
            })
            .await
            .map_err(|error| VodError(error.to_string()))?;
        Ok(VodAnswer {
            head: head(&answer),
            body: Box::new(Body {
                body: answer.body,
                toll: self.throttle.stream(stream.source),
            }),
        })
    }
}

impl VodOpener for Films {
    fn open<'a>(
        &'a self,
        stream: &'a StreamSpec,
        headers: Vec<(&'static str, String)>,
    ) -> Opening<'a> {
        Box::pin(self.ask(stream, headers))
    }
}

fn head(answer: &http::Response) -> VodHead {
    let text = |name| answer.header(name).map(str::to_owned);
    VodHead {
        status: answer.status,
        content_type: text("content-type"),
        content_length: answer.content_length(),
        content_range: text("content-range"),
        content_encoding: text("content-encoding"),
        accept_ranges: text("accept-ranges"),
        etag: text("etag"),
        last_modified: text("last-modified"),
    }
}

struct Body {
    body: http::Body,
    toll: Option<Toll>,
}

impl VodBody for Body {
    fn next(&mut self) -> Reading<'_> {
        Box::pin(async {
            let piece = self.body.next().await;
            let piece = piece.map_err(|error| VodError(error.to_string()))?;
            if let (Some(piece), Some(toll)) = (&piece, &self.toll) {
                toll.pay(piece.len() as u64).await;
            }
            Ok(piece)
        })
    }
}
