//! Getting pictures: from files, and from addresses for providers that want the bytes.

use std::path::Path;

use base64::Engine as _;

use crate::domain::{ImageSource, Said};
use crate::said;

/// Largest picture that is sent; every vendor's own limit is at or below it.
pub const MAX_IMAGE_BYTES: usize = 20 * 1024 * 1024;

fn too_large(name: &str) -> Said {
    let most = MAX_IMAGE_BYTES / 1024 / 1024;
    said!(
        "`{name}` is larger than {most} MB",
        "`{name}` 그림은 {most} MB보다 큽니다"
    )
}

/// The bytes of a picture file, ready to be sent.
///
/// # Errors
/// When the file cannot be read, is too large, or is no picture.
pub fn from_file(path: &Path) -> Result<ImageSource, Said> {
    let name = path.display().to_string();
    let unread = |error: std::io::Error| {
        let error = Said::from(&error);
        said!(
            "could not read `{name}`: {error}",
            "`{name}` 파일을 읽지 못했습니다: {error}"
        )
    };
    if std::fs::metadata(path).map_err(unread)?.len() > MAX_IMAGE_BYTES as u64 {
        return Err(too_large(&name));
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    inline(&name, &bytes)
}

/// The bytes of a picture at an address, for providers that cannot fetch it themselves.
///
/// # Errors
/// When there is no answer within half a minute, or it is too large, or no picture.
pub async fn from_address(url: &str) -> Result<ImageSource, Said> {
    let fail = |why: Said| {
        said!(
            "could not fetch `{url}`: {why}",
            "`{url}` 그림을 가져오지 못했습니다: {why}"
        )
    };
    let host = url::Url::parse(url).ok();
    let host = host.as_ref().and_then(url::Url::host_str).unwrap_or(url);
    let why = |error: reqwest::Error, begun| super::trouble::fault(&error.without_url(), host, begun).message;
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .map_err(|error| fail(error.to_string().into()))?;
    let mut response = client.get(url).send().await.map_err(|error| fail(why(error, false)))?;
    if !response.status().is_success() {
        return Err(fail(said!(
            "the server answers {}",
            "서버가 {} 상태로 답했습니다",
            response.status()
        )));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| fail(why(error, true)))? {
        if bytes.len() + chunk.len() > MAX_IMAGE_BYTES {
            return Err(too_large(url));
        }
        bytes.extend_from_slice(&chunk);
    }
    inline(url, &bytes)
}

fn inline(name: &str, bytes: &[u8]) -> Result<ImageSource, Said> {
    let media_type = media_type(bytes).ok_or_else(|| {
        said!(
            "`{name}` is not a PNG, JPEG, GIF, WebP or BMP picture",
            "`{name}` 파일은 PNG, JPEG, GIF, WebP, BMP 그림이 아닙니다"
        )
    })?;
    Ok(ImageSource::Bytes {
        media_type: media_type.to_owned(),
        base64: base64::engine::general_purpose::STANDARD.encode(bytes),
    })
}

/// The media type by the first bytes; names of files are not to be trusted.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'B', b'M', ..] => Some("image/bmp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_bytes() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"<svg xmlns"), None);
        assert_eq!(media_type(b""), None);
    }
}
