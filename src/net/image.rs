//! Getting pictures: from files, and from addresses for providers that want the bytes.

use std::path::Path;

use base64::Engine as _;

use crate::domain::{ImageSource, Said};
use crate::said;

/// Largest picture that is sent; every vendor's own limit is at or below it.
pub const MAX_IMAGE_BYTES: usize = 20 * 1024 * 1024;

/// Why a picture could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The file could not be read.
    #[error("could not read `{path}`: {source}")]
    File {
        /// The path as resolved.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address did not give a picture.
    #[error("could not fetch `{url}`: {why}")]
    Fetch {
        /// The address.
        url: String,
        /// What went wrong.
        why: Said,
    },
    /// Too large.
    #[error("`{name}` is larger than {} MB", MAX_IMAGE_BYTES / 1024 / 1024)]
    TooLarge {
        /// Path or address.
        name: String,
    },
    /// Not a picture of a known kind.
    #[error("`{name}` is not a PNG, JPEG, GIF, WebP or BMP picture")]
    Unknown {
        /// Path or address.
        name: String,
    },
}

impl ImageError {
    /// The same in both languages.
    #[must_use]
    pub fn told(&self) -> Said {
        let most = MAX_IMAGE_BYTES / 1024 / 1024;
        match self {
            Self::File { path, source } => {
                said!(
                    "could not read `{path}`: {source}",
                    "`{path}` 파일을 읽지 못했습니다: {source}"
                )
            }
            Self::Fetch { url, why } => {
                said!(
                    "could not fetch `{url}`: {why}",
                    "`{url}` 그림을 가져오지 못했습니다: {why}"
                )
            }
            Self::TooLarge { name } => {
                said!(
                    "`{name}` is larger than {most} MB",
                    "`{name}` 그림은 {most} MB보다 큽니다"
                )
            }
            Self::Unknown { name } => said!(
                "`{name}` is not a PNG, JPEG, GIF, WebP or BMP picture",
                "`{name}` 파일은 PNG, JPEG, GIF, WebP, BMP 그림이 아닙니다"
            ),
        }
    }
}

/// The bytes of a picture file, ready to be sent.
///
/// # Errors
/// When the file cannot be read, is too large, or is no picture.
pub fn from_file(path: &Path) -> Result<ImageSource, ImageError> {
    let name = path.display().to_string();
    let file = |source| ImageError::File {
        path: name.clone(),
        source,
    };
    if std::fs::metadata(path).map_err(file)?.len() > MAX_IMAGE_BYTES as u64 {
        return Err(ImageError::TooLarge { name });
    }
    let bytes = std::fs::read(path).map_err(file)?;
    inline(&name, &bytes)
}

/// The bytes of a picture at an address, for providers that cannot fetch it themselves.
///
/// # Errors
/// When there is no answer within half a minute, or it is too large, or no picture.
pub async fn from_address(url: &str) -> Result<ImageSource, ImageError> {
    let fail = |why: Said| ImageError::Fetch {
        url: url.to_owned(),
        why,
    };
    let client = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(30))
        .build()
        .map_err(|error| fail(error.to_string().into()))?;
    let mut response = client
        .get(url)
        .send()
        .await
        .map_err(|error| fail(error.without_url().to_string().into()))?;
    if !response.status().is_success() {
        return Err(fail(said!(
            "the server answers {}",
            "서버가 {} 상태로 답했습니다",
            response.status()
        )));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| fail(error.without_url().to_string().into()))?
    {
        if bytes.len() + chunk.len() > MAX_IMAGE_BYTES {
            return Err(ImageError::TooLarge { name: url.to_owned() });
        }
        bytes.extend_from_slice(&chunk);
    }
    inline(url, &bytes)
}

fn inline(name: &str, bytes: &[u8]) -> Result<ImageSource, ImageError> {
    let media_type = media_type(bytes).ok_or_else(|| ImageError::Unknown { name: name.to_owned() })?;
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
