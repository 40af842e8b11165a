//! The requests to the ingress of a Restate server, over `reqwest`.

use bytes::Bytes;
use restate_sdk::ingress::RequestExecutor;

/// Makes the requests of the SDK's ingress client.
///
/// The SDK has the same behind its feature `reqwest-client`, which turns on features of `reqwest` that nothing here needs.
#[derive(Clone, Debug)]
pub(crate) struct Http(pub(crate) reqwest::Client);

impl RequestExecutor for Http {
    type Error = reqwest::Error;

    async fn execute(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, reqwest::Error> {
        let answer = self.0.execute(request.try_into()?).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = http::Response::new(answer.bytes().await?);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
