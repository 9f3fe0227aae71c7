//! Segments of several providers in one recording: brought to one format, so that they can be joined.

use esl_core::CancellationToken;

use super::{RecordError, Recorder};
use crate::speech::audio::{FinishedSegment, Format, Outline, convert};
use crate::speech::cache::Address;

impl Recorder {
    /// Segments that can be joined: those that differ from most are converted and kept beside the
    /// others.
    pub(super) async fn harmonized(
        &self,
        addresses: &[Address],
        mut outlines: Vec<Outline>,
        cancel: &CancellationToken,
    ) -> Result<(Vec<Address>, Vec<Outline>), RecordError> {
        let mut addresses = addresses.to_vec();
        let Some(common) = common_format(&outlines) else {
            return Ok((addresses, outlines));
        };
        for (address, outline) in addresses.iter_mut().zip(&mut outlines) {
            if outline.format().is_some_and(|format| format.joins(common)) {
                continue;
            }
            if cancel.is_cancelled() {
                return Err(RecordError::Cancelled);
            }
            let target = address.converted(&common);
            let converted = match self.shared.cache.get(&target).await? {
                Some(converted) => converted,
                None => self.convert(address, &target, common).await?,
            };
            *outline = converted.outline().clone();
            *address = target;
        }
        Ok((addresses, outlines))
    }

    async fn convert(
        &self,
        source: &Address,
        target: &Address,
        format: Format,
    ) -> Result<FinishedSegment, RecordError> {
        let segment = self.load(source).await?;
        let converted = self
            .shared
            .compute(move || convert(&segment, format))
            .await??;
        Ok(self.shared.cache.keep(target, converted).await?)
    }
}

/// The format that most sound has; of equals the first.
fn common_format(outlines: &[Outline]) -> Option<Format> {
    let mut shares: Vec<(Format, u64)> = Vec::new();
    for outline in outlines {
        let format = outline.format()?;
        match shares.iter_mut().find(|(other, _)| other.joins(format)) {
            Some((_, frames)) => *frames += outline.frames,
            None => shares.push((format, outline.frames)),
        }
    }
    let most = shares.iter().map(|(_, frames)| *frames).max()?;
    shares
        .into_iter()
        .find(|(_, frames)| *frames == most)
        .map(|(format, _)| format)
}
