//! Whom TLS trusts: authorities, unless a request says that anybody will do.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

use super::origin::Origin;
use super::{Error, Trust};

/// A file of extra certificates is refused beyond this.
const CA_FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Sessions kept for resumption: a provider and its edges.
const RESUMPTIONS_MAX: usize = 8;

/// The configuration of TLS, made at the first https request: reading a machine's roots costs
/// a few milliseconds and some hundred KiB that a box with plain sources need not spend.
pub(super) struct Tls {
    extra_ca: Option<PathBuf>,
    config: OnceCell<Arc<ClientConfig>>,
    /// Where anybody is trusted; its sessions are resumed by nobody else.
    blind: OnceCell<Arc<ClientConfig>>,
}

impl Tls {
    pub(super) fn new(extra_ca: Option<PathBuf>) -> Self {
        Self {
            extra_ca,
            config: OnceCell::new(),
            blind: OnceCell::new(),
        }
    }

    /// For a handshake with `origin`.
    pub(super) async fn connector(&self, origin: &Origin) -> Result<TlsConnector, Error> {
        let config = match origin.trust {
            Trust::Authorities => self.config.get_or_try_init(|| self.load(origin)).await?,
            Trust::Anybody => self.blind.get_or_init(async || blind_config()).await,
        };
        Ok(TlsConnector::from(Arc::clone(config)))
    }

    /// Files are read where blocking is allowed.
    async fn load(&self, origin: &Origin) -> Result<Arc<ClientConfig>, Error> {
        let extra_ca = self.extra_ca.clone();
        let loading = tokio::task::spawn_blocking(move || client_config(extra_ca.as_deref()));
        loading.await.map_err(|stopped| Error::Tls {
            host: origin.to_string(),
            cause: io::Error::other(stopped),
        })?
    }
}

fn client_config(extra_ca: Option<&Path>) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = machine_roots();
    if let Some(path) = extra_ca {
        add_file(&mut roots, path)?;
    }
    let config = builder(provider()).with_root_certificates(roots);
    Ok(for_http(config.with_no_client_auth()))
}

fn blind_config() -> Arc<ClientConfig> {
    let provider = provider();
    let verifier = Arc::new(Blind(Arc::clone(&provider)));
    let config = builder(provider)
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    for_http(config.with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn builder(
    provider: Arc<CryptoProvider>,
) -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
}

fn for_http(mut config: ClientConfig) -> Arc<ClientConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = rustls::client::Resumption::in_memory_sessions(RESUMPTIONS_MAX);
    Arc::new(config)
}

/// Takes every certificate for good, whoever made it and for whom. That the server holds its key is
/// still asked for: a handshake that fails at that is broken and not merely unknown.
#[derive(Debug)]
struct Blind(Arc<CryptoProvider>);

impl ServerCertVerifier for Blind {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The machine's roots (or those of `SSL_CERT_FILE`), else Mozilla's as they were at build time: a
/// bare root file system often has none.
fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors.iter().take(3) {
        tracing::debug!(%error, "reading the machine's certificates");
    }
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::info!("the machine has no certificates, using those built in");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let bad = |reason: String| Error::CaFile {
        path: path.to_owned(),
        reason,
    };
    let mut pem = String::new();
    File::open(path)
        .and_then(|file| file.take(CA_FILE_BYTES_MAX).read_to_string(&mut pem))
        .map_err(|error| bad(error.to_string()))?;
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| bad(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| bad(error.to_string()))?;
    }
    if roots.len() == before {
        return Err(bad("there is no PEM certificate in it".to_owned()));
    }
    Ok(())
}
