//! Which endpoint a path leads to.

use hyper::Method;

/// An endpoint, with the id of its path as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'p> {
    Me,
    CreatePage,
    Page(&'p str),
    UpdatePage(&'p str),
    Block(&'p str),
    UpdateBlock(&'p str),
    DeleteBlock(&'p str),
    Children(&'p str),
    Append(&'p str),
    Database(&'p str),
    Source(&'p str),
    Query(&'p str),
    Search,
    CreateUpload,
    Uploads,
    Upload(&'p str),
    SendUpload(&'p str),
    CompleteUpload(&'p str),
}

impl<'p> Route<'p> {
    /// The endpoint of a path below `/v1`.
    pub(super) fn find(method: &Method, path: &'p str) -> Option<Self> {
        let segments: Vec<_> = path.strip_prefix("/v1/")?.split('/').collect();
        let (get, post) = (method == Method::GET, method == Method::POST);
        let (patch, delete) = (method == Method::PATCH, method == Method::DELETE);
        Some(match segments[..] {
            ["users", "me"] if get => Self::Me,
            ["pages"] if post => Self::CreatePage,
            ["pages", id] if get => Self::Page(id),
            ["pages", id] if patch => Self::UpdatePage(id),
            ["blocks", id] if get => Self::Block(id),
            ["blocks", id] if patch => Self::UpdateBlock(id),
            ["blocks", id] if delete => Self::DeleteBlock(id),
            ["blocks", id, "children"] if get => Self::Children(id),
            ["blocks", id, "children"] if patch => Self::Append(id),
            ["databases", id] if get => Self::Database(id),
            ["data_sources", id] if get => Self::Source(id),
            ["data_sources", id, "query"] if post => Self::Query(id),
            ["search"] if post => Self::Search,
            ["file_uploads"] if post => Self::CreateUpload,
            ["file_uploads"] if get => Self::Uploads,
            ["file_uploads", id] if get => Self::Upload(id),
            ["file_uploads", id, "send"] if post => Self::SendUpload(id),
            ["file_uploads", id, "complete"] if post => Self::CompleteUpload(id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_found_by_method_and_path() {
        let find = |method, path| Route::find(&method, path);
        assert_eq!(
            find(Method::GET, "/v1/blocks/7/children"),
            Some(Route::Children("7"))
        );
        assert_eq!(
            find(Method::PATCH, "/v1/blocks/7/children"),
            Some(Route::Append("7"))
        );
        assert_eq!(find(Method::PUT, "/v1/pages"), None);
        assert_eq!(find(Method::GET, "/v1/pages"), None);
        assert_eq!(find(Method::GET, "/v1/users/me/"), None);
        assert_eq!(find(Method::GET, "/users/me"), None);
    }
}
