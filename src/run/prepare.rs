//! From a cell to a request: rendering, pictures, parameters, the provider's form.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::lane::Item;
use super::{Asker, Render};
use crate::domain::{Call, Image, ImageSource, Part, Said, Target, WireRequest};
use crate::net::image;
use crate::provider::Provider;
use crate::said;
use crate::store::CacheKey;

/// A request ready to be sent, as often as needed.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) request: WireRequest,
    /// The body as bytes; shared by all tries.
    pub(super) body: Bytes,
    /// The last user message.
    pub(super) question: Arc<str>,
    /// Estimated input tokens.
    pub(super) input_tokens: u64,
    /// Cap on output tokens, where one was set.
    pub(super) output_cap: Option<u32>,
    /// Under which the answer may be reused; absent when reuse is off.
    pub(super) key: Option<CacheKey>,
}

/// The request for a call, with the target's parameters under the call's.
#[must_use]
pub fn wire_request(provider: &dyn Provider, target: &Target, mut call: Call) -> WireRequest {
    call.params = target.params.overlaid(&call.params);
    provider.write(&call, target)
}

/// Prepares a case for a target; the message says what is wrong with it.
pub(super) async fn prepare(
    asker: &Asker,
    render: &Render,
    images: &ImageBook,
    item: &Item,
    reuse: bool,
) -> Result<Prepared, Said> {
    let mut call = render(item.position, item.prompt, &item.case)?;
    let provider = asker.provider;
    for message in &mut call.messages {
        for part in &mut message.parts {
            if let Part::Image(image) = part {
                images.resolve(image, |address| provider.takes_address(address)).await?;
            }
        }
    }
    let question: Arc<str> = call.question().into();
    let params = asker.target.params.overlaid(&call.params);
    let input_tokens = call
        .messages
        .iter()
        .map(|message| crate::price::estimate_tokens(&message.plain_text()))
        .chain(call.system.as_deref().map(crate::price::estimate_tokens))
        .sum::<u64>()
        + 8;
    let request = wire_request(asker.provider, &asker.target, call);
    let body = serde_json::to_vec(&request.body).map_err(|error| {
        said!(
            "the request cannot be written as JSON: {error}",
            "요청을 JSON으로 쓸 수 없습니다: {error}"
        )
    })?;
    let key = reuse.then(|| super::reuse::key(&request, provider.about().version, item.trial));
    Ok(Prepared {
        request,
        body: body.into(),
        question,
        input_tokens,
        output_cap: params.max_output_tokens,
        key,
    })
}

/// Pictures of a run, got once each and forgotten when there are many.
#[derive(Debug, Default)]
pub struct ImageBook {
    kept: Mutex<(usize, HashMap<String, ImageSource>)>,
    /// Folder that relative paths are taken from: the working directory when empty.
    root: PathBuf,
}

/// Most bytes of base64 kept in memory at once.
const KEEP: usize = 16 * 1024 * 1024;

impl ImageBook {
    /// A book for pictures whose paths are relative to `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            kept: Mutex::default(),
            root: root.to_owned(),
        }
    }

    /// Replaces a `file:` source by the bytes, and an address, too, that the vendor does not take.
    async fn resolve(&self, picture: &mut Image, takes: impl Fn(&str) -> bool) -> Result<(), Said> {
        let ImageSource::Url(url) = &picture.source else {
            return Ok(());
        };
        let path = url.strip_prefix("file:").map(|path| self.root.join(path));
        if path.is_none() && takes(url) {
            return Ok(());
        }
        if let Some(source) = self.lock().1.get(url) {
            picture.source = source.clone();
            return Ok(());
        }
        let source = match path {
            Some(path) => tokio::task::spawn_blocking(move || image::from_file(&path))
                .await
                .map_err(|error| Said::from(error.to_string()))?,
            None => image::from_address(url).await,
        }?;
        let size = match &source {
            ImageSource::Bytes { base64, .. } => base64.len(),
            ImageSource::Url(_) => 0,
        };
        {
            let mut kept = self.lock();
            if kept.0 + size > KEEP {
                *kept = (0, HashMap::new());
            }
            if size <= KEEP {
                kept.0 += size;
                kept.1.insert(url.clone(), source.clone());
            }
        }
        picture.source = source;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (usize, HashMap<String, ImageSource>)> {
        // A panic while the lock was held leaves at worst a picture to be read again.
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Longest text inside a request that is stored as it is; longer ones are pictures.
const LONGEST_STORED: usize = 64 * 1024;

/// The request body as it is stored: pictures beyond 64 kB are replaced by their hash and length, since the same one
/// may go out a thousand times.
pub(super) fn stored_body(prepared: &Prepared) -> Vec<u8> {
    if prepared.body.len() <= LONGEST_STORED {
        return prepared.body.to_vec();
    }
    let mut body = prepared.request.body.clone();
    shorten(&mut body);
    serde_json::to_vec(&body).unwrap_or_else(|_| prepared.body.to_vec())
}

fn shorten(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) if text.len() > LONGEST_STORED && is_base64(text) => {
            *text = format!(
                "[{} characters of base64, blake3 {}]",
                text.len(),
                blake3::hash(text.as_bytes()).to_hex()
            );
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

/// Whether a long text is encoded bytes, with or without a `data:` prefix, and not a long question.
fn is_base64(text: &str) -> bool {
    let encoded = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,").map_or("", |(_, encoded)| encoded),
        None => text,
    };
    !encoded.is_empty()
        && encoded
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}
