//! What is asked of a server's certificate.

use std::fmt::Display;
use std::sync::Arc;

use esl_core::ports::StoreError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Who vouches for a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Authorities {
    /// Those that this machine trusts.
    System,
    /// Those in a PEM file.
    File(String),
}

/// What a server has to prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing: what is sent cannot be read on the way, but whoever answers may be anybody.
    Nothing,
    /// That one of them vouches for it.
    Vouched(Authorities),
    /// That one of them vouches for it, by the name that it was called by.
    Named(Authorities),
}

/// What opens connections to servers that can prove this.
pub(super) fn connector(proof: Proof) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let verifier = Verifier::new(proof, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| problem(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn problem(problem: &dyn Display) -> StoreError {
    StoreError::Configuration {
        problem: format!("cannot prepare encrypted connections: {problem}"),
    }
}

#[derive(Debug)]
struct Verifier {
    /// Checks that somebody vouches for the server, and its name.
    vouched: Option<Arc<WebPkiServerVerifier>>,
    is_named: bool,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn new(proof: Proof, provider: &Arc<CryptoProvider>) -> Result<Self, StoreError> {
        let is_named = matches!(proof, Proof::Named(_));
        let vouched = match proof {
            Proof::Nothing => None,
            Proof::Vouched(authorities) | Proof::Named(authorities) => {
                let roots = Arc::new(roots(authorities)?);
                let verifier =
                    WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build();
                Some(verifier.map_err(|error| problem(&error))?)
            }
        };
        Ok(Self {
            vouched,
            is_named,
            provider: provider.clone(),
        })
    }
}

fn roots(authorities: Authorities) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Authorities::System => {
            // Certificates that cannot be read vouch for nobody; the others still do.
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
        Authorities::File(path) => {
            let unreadable = |error: &dyn Display| problem(&format!("{path}: {error}"));
            let found = CertificateDer::pem_file_iter(&path).map_err(|error| unreadable(&error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
    }
    if roots.is_empty() {
        return Err(problem(
            &"nobody is there to vouch for the server; name a file with sslrootcert",
        ));
    }
    Ok(roots)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(vouched) = &self.vouched else {
            return Ok(ServerCertVerified::assertion());
        };
        match vouched.verify_server_cert(server, between, name, ocsp, now) {
            // The name is looked at last: everything else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.is_named => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, server, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, server, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}
