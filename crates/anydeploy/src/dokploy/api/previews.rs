//! The requests for previews.

use std::time::Duration;

use dokploy_client::types::Deployment as Row;
use dokploy_client::wire::{self, Method};
use serde_json::json;

use super::super::previews::{PreviewOwner, PreviewRow};
use super::super::rows::newest_first;
use super::{ALL_BY_TYPE, Api, dated, value};
use crate::adapter::Timestamps;
use crate::{Error, ErrorKind, Result, Target, platform};

/// The previews of an application.
const PREVIEW_ALL: wire::Operation =
    wire::Operation::new(Method::Get, "previewDeployment-all", "/previewDeployment.all");

/// Deletes a preview, and answers when its containers are gone.
const PREVIEW_DELETE: wire::Operation =
    wire::Operation::new(Method::Post, "previewDeployment-delete", "/previewDeployment.delete")
        .with_timeout(Duration::from_mins(5));

impl Api {
    /// The rows of a preview: those of its own, or where the key is refused these, in the list of its application.
    pub(super) async fn preview_rows(&self, preview: &Target) -> Result<(Vec<Row>, Option<Timestamps>)> {
        if self.edition.lacks_preview_rows() {
            return self.rows_of_preview(preview).await;
        }
        let request = self.client.http().request(&ALL_BY_TYPE).query("type", "previewDeployment");
        match dated(request.query("id", preview.id()).json()).await {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let rows = self.rows_of_preview(preview).await?;
                self.edition.set_lacks_preview_rows();
                Ok(rows)
            }
            answer => answer,
        }
    }

    /// The rows of a preview in the list of its application.
    ///
    /// The list of rows by type compares the id of the preview with the services of a member, where it never is (since 0.28.7);
    /// all that is done with a preview is allowed by its application.
    async fn rows_of_preview(&self, preview: &Target) -> Result<(Vec<Row>, Option<Timestamps>)> {
        let application = match self.edition.application_of(preview.id()) {
            Some(application) => application,
            None => self.row::<PreviewOwner>(preview).await?.application(),
        };
        let request = self.client.http().request(&PREVIEW_ALL).query("applicationId", application.id());
        let (previews, at) = dated(request.json::<Vec<PreviewRow>>()).await?;
        let rows = previews.into_iter().find(|row| row.target() == *preview).and_then(|row| row.deployments);
        // A row that is not listed must not be taken for one that is gone.
        let rows = rows.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the application lists no such preview").with_platform(platform::DOKPLOY)
        })?;
        self.edition.set_application_of(preview.id(), application);
        Ok((newest_first(rows), at))
    }

    /// The previews of an application, with their rows.
    pub(in super::super) async fn previews(&self, application: &Target) -> Result<Vec<PreviewRow>> {
        value(self.client.http().request(&PREVIEW_ALL).query("applicationId", application.id()).json()).await
    }

    /// Whether the server has a preview.
    pub(in super::super) async fn preview_exists(&self, preview: &Target) -> Result<bool> {
        match self.details(preview).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes a preview with its containers.
    pub(in super::super) async fn delete_preview(&self, preview: &Target) -> Result<()> {
        self.send(&PREVIEW_DELETE, &json!({ "previewDeploymentId": preview.id() })).await
    }
}
