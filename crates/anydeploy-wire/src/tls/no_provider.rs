//! A configuration of TLS that can do nothing, for plain HTTP in a program that has installed no provider of rustls.
//!
//! With the feature `rustls-no-provider`, reqwest panics without a provider even where no call ever uses TLS.
//! This one is used for `http://` alone, which is never redirected to TLS; a handshake with it fails at its first step.

use std::sync::Arc;

use rustls::crypto::cipher::{
    AeadKey, InboundOpaqueMessage, InboundPlainMessage, KeyBlockShape, MessageDecrypter, MessageEncrypter,
    OutboundOpaqueMessage, OutboundPlainMessage, Tls12AeadAlgorithm, UnsupportedOperationError,
};
use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};
use rustls::crypto::tls12::Prf;
use rustls::crypto::{
    ActiveKeyExchange, CipherSuiteCommon, CryptoProvider, GetRandomFailed, KeyExchangeAlgorithm, KeyProvider,
    SecureRandom, SupportedKxGroup, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use rustls::{
    CipherSuite, ClientConfig, ConnectionTrafficSecrets, Error, NamedGroup, RootCertStore, SupportedCipherSuite,
    Tls12CipherSuite,
};

/// The configuration; `None` if rustls does not take it.
pub(crate) fn config() -> Option<ClientConfig> {
    let provider = CryptoProvider {
        cipher_suites: vec![SupportedCipherSuite::Tls12(&SUITE)],
        kx_groups: vec![&Nothing],
        signature_verification_algorithms: WebPkiSupportedAlgorithms { all: &[], mapping: &[] },
        secure_random: &Nothing,
        key_provider: &Nothing,
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(provider));
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS12]).ok()?;
    Some(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

static SUITE: Tls12CipherSuite = Tls12CipherSuite {
    common: CipherSuiteCommon {
        suite: CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        hash_provider: &Nothing,
        confidentiality_limit: 0,
    },
    prf_provider: &Nothing,
    kx: KeyExchangeAlgorithm::ECDHE,
    sign: &[],
    aead_alg: &Nothing,
};

/// Does nothing, and fails where it can say so.
#[derive(Debug)]
struct Nothing;

impl SecureRandom for Nothing {
    fn fill(&self, _: &mut [u8]) -> Result<(), GetRandomFailed> {
        Err(GetRandomFailed)
    }
}

impl KeyProvider for Nothing {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(failed())
    }
}

impl SupportedKxGroup for Nothing {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Err(failed())
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}

impl Hash for Nothing {
    fn start(&self) -> Box<dyn Context> {
        Box::new(Self)
    }

    fn hash(&self, _: &[u8]) -> Output {
        Output::new(&[])
    }

    fn output_len(&self) -> usize {
        0
    }

    fn algorithm(&self) -> HashAlgorithm {
        HashAlgorithm::SHA256
    }
}

impl Context for Nothing {
    fn fork_finish(&self) -> Output {
        Output::new(&[])
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self)
    }

    fn finish(self: Box<Self>) -> Output {
        Output::new(&[])
    }

    fn update(&mut self, _: &[u8]) {}
}

impl Prf for Nothing {
    fn for_key_exchange(
        &self,
        _: &mut [u8; 48],
        _: Box<dyn ActiveKeyExchange>,
        _: &[u8],
        _: &[u8],
        _: &[u8],
    ) -> Result<(), Error> {
        Err(failed())
    }

    fn for_secret(&self, _: &mut [u8], _: &[u8], _: &[u8], _: &[u8]) {}
}

impl Tls12AeadAlgorithm for Nothing {
    fn encrypter(&self, _: AeadKey, _: &[u8], _: &[u8]) -> Box<dyn MessageEncrypter> {
        Box::new(Self)
    }

    fn decrypter(&self, _: AeadKey, _: &[u8]) -> Box<dyn MessageDecrypter> {
        Box::new(Self)
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        KeyBlockShape { enc_key_len: 0, fixed_iv_len: 0, explicit_nonce_len: 0 }
    }

    fn extract_keys(
        &self,
        _: AeadKey,
        _: &[u8],
        _: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        Err(UnsupportedOperationError)
    }
}

impl MessageEncrypter for Nothing {
    fn encrypt(&mut self, _: OutboundPlainMessage<'_>, _: u64) -> Result<OutboundOpaqueMessage, Error> {
        Err(failed())
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        payload_len
    }
}

impl MessageDecrypter for Nothing {
    fn decrypt<'a>(&mut self, _: InboundOpaqueMessage<'a>, _: u64) -> Result<InboundPlainMessage<'a>, Error> {
        Err(failed())
    }
}

fn failed() -> Error {
    Error::General("no provider of rustls is installed".to_owned())
}
