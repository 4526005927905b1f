//! Compression of stored bodies: one byte that says how, then the body.

use std::cell::RefCell;
use std::io::Read;

use flate2::{Compress, Compression, FlushCompress, Status};

const PLAIN: u8 = 0;
const DEFLATE: u8 = 1;

/// Below this many bytes compression saves too little to be worth its time.
const WORTH_IT: usize = 512;

thread_local! {
    /// One state a thread, reset for every body: making one costs more than compressing a short answer.
    static STATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// `body` in its stored form.
#[must_use]
pub fn pack(body: &[u8]) -> Vec<u8> {
    if body.len() >= WORTH_IT
        && let Some(packed) = deflated(body)
    {
        return packed;
    }
    let mut out = Vec::with_capacity(body.len() + 1);
    out.push(PLAIN);
    out.extend_from_slice(body);
    out
}

/// The body compressed; `None` when that does not make it shorter.
fn deflated(body: &[u8]) -> Option<Vec<u8>> {
    STATE.with_borrow_mut(|state| {
        state.reset();
        // Room for the worst case: what cannot be compressed grows a little.
        let mut out = Vec::with_capacity(body.len() + body.len() / 8 + 64);
        out.push(DEFLATE);
        match state.compress_vec(body, &mut out, FlushCompress::Finish) {
            Ok(Status::StreamEnd) if out.len() <= body.len() => {
                out.shrink_to_fit();
                Some(out)
            }
            _ => None,
        }
    })
}

/// The body of a stored form; `None` when it is damaged.
#[must_use]
pub fn unpack(stored: &[u8]) -> Option<Vec<u8>> {
    match stored.split_first()? {
        (&PLAIN, body) => Some(body.to_vec()),
        (&DEFLATE, body) => {
            let mut out = Vec::new();
            flate2::read::DeflateDecoder::new(body).read_to_end(&mut out).ok()?;
            Some(out)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_unpacks(body in proptest::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(unpack(&pack(&body)), Some(body));
        }

        #[test]
        fn damage_is_no_panic(stored in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = unpack(&stored);
        }
    }

    #[test]
    fn repetitive_text_shrinks() {
        assert!(pack("나란히 ".repeat(100).as_bytes()).len() < 100);
    }
}
