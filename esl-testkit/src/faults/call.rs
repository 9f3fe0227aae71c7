//! The calls that can go wrong.

/// A method of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortCall {
    /// `Notion::schema`
    Schema,
    /// `Notion::page`
    Page,
    /// `Notion::create_page`
    CreatePage,
    /// `Notion::find_pages`
    FindPages,
    /// `Notion::update_page`
    UpdatePage,
    /// `Notion::append_children`
    AppendChildren,
    /// `Notion::children`
    Children,
    /// `Notion::update_block`
    UpdateBlock,
    /// `Notion::delete_block`
    DeleteBlock,
    /// `Notion::upload_file`
    UploadFile,
    /// `Tts::voices`
    Voices,
    /// `Tts::synthesize`
    Synthesize,
    /// `ManifestStore::read`
    ReadManifest,
    /// `ManifestStore::write`
    WriteManifest,
    /// `ManifestStore::remove`
    RemoveManifest,
    /// `ManifestStore::keep`
    KeepManifest,
    /// `ManifestStore::any`
    ListManifests,
    /// `ManifestStore::lock`
    LockLesson,
    /// `ArtifactStore::put`
    PutArtifact,
    /// `ArtifactStore::get`
    GetArtifact,
    /// `ArtifactStore::head`
    HeadArtifact,
    /// `ArtifactStore::delete`
    DeleteArtifact,
    /// `ArtifactStore::url`
    ArtifactUrl,
    /// `ArtifactStore::check`
    CheckArtifacts,
}

impl PortCall {
    /// Whether the call changes something or costs something.
    #[must_use]
    pub const fn has_effect(self) -> bool {
        matches!(
            self,
            Self::CreatePage
                | Self::UpdatePage
                | Self::AppendChildren
                | Self::UpdateBlock
                | Self::DeleteBlock
                | Self::UploadFile
                | Self::Synthesize
                | Self::WriteManifest
                | Self::RemoveManifest
                | Self::KeepManifest
                | Self::PutArtifact
                | Self::DeleteArtifact
        )
    }
}
