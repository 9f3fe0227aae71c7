//! An answer on its way out: whole, cut off, or none at all.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::CONTENT_LENGTH;
use tokio::time::Sleep;

use super::service::FakeResponse;

/// What becomes of a request.
pub(crate) enum Reply {
    /// An answer.
    Whole(FakeResponse),
    /// Half of the answer's body, then the end of the connection.
    Truncated(FakeResponse),
    /// Half of the answer's body, then nothing.
    Stalled(FakeResponse),
    /// The end of the connection.
    Dropped,
}

/// Tells the server to close the connection without a word.
#[derive(Debug)]
pub(crate) struct ConnectionDropped;

impl fmt::Display for ConnectionDropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was dropped on purpose")
    }
}

impl std::error::Error for ConnectionDropped {}

/// Long enough for what was written to leave before the connection closes.
const FLUSH: Duration = Duration::from_millis(20);

impl Reply {
    pub(crate) fn response(&self) -> Option<&FakeResponse> {
        match self {
            Self::Whole(response) | Self::Truncated(response) | Self::Stalled(response) => {
                Some(response)
            }
            Self::Dropped => None,
        }
    }

    /// As the server sends it.
    pub(crate) fn send(self) -> Result<Response<ReplyBody>, ConnectionDropped> {
        match self {
            Self::Whole(response) => Ok(response.map(ReplyBody::whole)),
            Self::Truncated(response) => Ok(cut(
                response,
                End::Close(Box::pin(tokio::time::sleep(FLUSH))),
            )),
            Self::Stalled(response) => Ok(cut(response, End::Never)),
            Self::Dropped => Err(ConnectionDropped),
        }
    }
}

fn cut(response: FakeResponse, end: End) -> Response<ReplyBody> {
    let (mut head, body) = response.into_parts();
    head.headers.insert(CONTENT_LENGTH, body.len().into());
    let half = body.slice(..body.len() / 2);
    Response::from_parts(
        head,
        ReplyBody {
            rest: Some(half),
            end,
        },
    )
}

/// A body that may end too early.
pub(crate) struct ReplyBody {
    rest: Option<Bytes>,
    end: End,
}

enum End {
    Proper,
    Close(Pin<Box<Sleep>>),
    Never,
}

impl ReplyBody {
    fn whole(body: Bytes) -> Self {
        let rest = Some(body).filter(|body| !body.is_empty());
        Self {
            rest,
            end: End::Proper,
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = ConnectionDropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionDropped>>> {
        if let Some(bytes) = self.rest.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match &mut self.end {
            End::Proper => Poll::Ready(None),
            End::Close(after) => after
                .as_mut()
                .poll(cx)
                .map(|()| Some(Err(ConnectionDropped))),
            End::Never => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.end, End::Proper) && self.rest.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.end, &self.rest) {
            (End::Proper, Some(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            (End::Proper, None) => SizeHint::with_exact(0),
            _ => SizeHint::default(),
        }
    }
}
