//! Cuts a growing JSON array into its elements, as Gemini streams when nobody asked for server-sent events.
//!
//! Knows nothing but brackets and strings: an element goes out when its last brace has come, whatever
//! stands between elements is passed over.

/// Collects the bytes of one element at a time.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    element: Vec<u8>,
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Objects {
    /// Takes the next bytes and calls `each` for every object that is complete.
    pub(crate) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&str)) {
        for &byte in bytes {
            if self.depth == 0 {
                if byte != b'{' {
                    continue;
                }
                self.element.clear();
            }
            self.element.push(byte);
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' => self.depth = self.depth.saturating_add(1),
                b'}' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        each(&String::from_utf8_lossy(&self.element));
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, size: usize) -> Vec<String> {
        let mut elements = Objects::default();
        let mut found = Vec::new();
        for bytes in text.as_bytes().chunks(size) {
            elements.feed(bytes, &mut |element| found.push(element.to_owned()));
        }
        found
    }

    #[test]
    fn elements_come_out_wherever_the_bytes_are_cut() {
        let text = "[{\"글\": \"} \\\" { 한국어 🎉\"}\n,\r\n{\"안\": {\"b\": [{}, \"\\\\\"]}}\n]\n";
        let whole = cut(text, text.len());
        assert_eq!(whole.len(), 2);
        assert_eq!(whole[0], "{\"글\": \"} \\\" { 한국어 🎉\"}");
        for size in 1..12 {
            assert_eq!(cut(text, size), whole);
        }
    }

    #[test]
    fn an_element_without_its_end_stays_in() {
        let mut elements = Objects::default();
        elements.feed(b"[{\"a\": {}", &mut |_| panic!("not complete"));
        let mut found = 0;
        elements.feed(b"}", &mut |_| found += 1);
        assert_eq!(found, 1);
    }

    #[test]
    fn stray_closing_braces_do_no_harm() {
        assert_eq!(cut("}}]{\"a\":1}}", 3), ["{\"a\":1}"]);
    }
}
