//! Whom the client trusts.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot make its certificates has failed"
)]

mod support;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use support::{Reply, Server, client};
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use upstream::http::{Client, ClientConfig, Error};

/// A server certificate for `name`, and its authority as a PEM file.
fn authority(name: &str) -> (TlsAcceptor, NamedTempFile) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(issuer.pem().as_bytes()).unwrap();
    (TlsAcceptor::from(Arc::new(config)), file)
}

fn trusting(path: &Path) -> Client {
    Client::new(ClientConfig {
        extra_ca: Some(path.to_owned()),
        ..ClientConfig::default()
    })
}

#[tokio::test]
async fn an_extra_authority_is_trusted_and_connections_are_kept() {
    let (acceptor, ca) = authority("localhost");
    let server = Server::start_tls(acceptor, |_| Reply::ok(b"secret stream")).await;
    let session = trusting(ca.path()).session();
    for _ in 0..3 {
        let mut response = session.get(server.request("/")).await.unwrap();
        assert_eq!(
            response.body.read_whole(100).await.unwrap(),
            b"secret stream"
        );
    }
    assert_eq!(server.connections(), 1);
    drop(session);
    server.all_closed().await;
}

#[tokio::test]
async fn strangers_are_not_trusted() {
    let (acceptor, _) = authority("localhost");
    let (_, other_ca) = authority("localhost");
    let server = Server::start_tls(acceptor, |_| Reply::ok(b"")).await;
    for client in [client(), trusting(other_ca.path())] {
        let error = client.get(server.request("/")).await.unwrap_err();
        assert!(matches!(error, Error::Tls { .. }), "{error}");
        assert!(!error.is_temporary(), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_name_has_to_be_right() {
    let (acceptor, ca) = authority("other.example");
    let server = Server::start_tls(acceptor, |_| Reply::ok(b"")).await;
    let error = trusting(ca.path())
        .get(server.request("/"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Tls { .. }) && !error.is_temporary(),
        "{error}"
    );
}

#[tokio::test]
async fn from_http_to_https() {
    let (acceptor, ca) = authority("localhost");
    let secure = Server::start_tls(acceptor, |_| Reply::ok(b"stream")).await;
    let to = secure.url("/x").to_string();
    let plain = Server::start(move |_| Reply::redirect(&to)).await;
    let response = trusting(ca.path()).get(plain.request("/")).await.unwrap();
    assert_eq!(response.url, secure.url("/x"));
}

#[tokio::test]
async fn a_useless_file_is_told() {
    let (acceptor, _) = authority("localhost");
    let server = Server::start_tls(acceptor, |_| Reply::ok(b"")).await;
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(b"not a certificate").unwrap();
    for path in [file.path(), Path::new("/nonexistent/ca.pem")] {
        let error = trusting(path).get(server.request("/")).await.unwrap_err();
        assert!(matches!(error, Error::CaFile { .. }), "{error}");
        assert!(!error.is_temporary());
    }
}
