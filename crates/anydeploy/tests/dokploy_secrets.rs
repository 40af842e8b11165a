//! That the key for Dokploy stays secret; one test alone, because other threads without a subscriber switch events off.

#![cfg(feature = "dokploy")]
#![allow(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use anydeploy::{DeployerExt, Dokploy, Target};
use tracing_subscriber::fmt::MakeWriter;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_key_stands_in_no_debug_output_error_or_trace() {
    let captured = Captured::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(captured.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = MockServer::builder().start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let builder = Dokploy::builder().url(server.uri()).token("planted-key").header("x-extra", "planted-extra");
    let built = format!("{builder:?}");
    let dokploy = builder.build().unwrap();
    let error = dokploy.service(&Target::application("abc")).await.unwrap_err();
    let traced = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let shown = format!("{built} {dokploy:?} {dokploy:#?} {error} {error:#} {error:?} {traced}");
    assert!(traced.contains("application-one"), "nothing was traced");
    assert!(!shown.contains("planted"), "{shown}");
}
