//! Reading fixed and free runs of ASCII digits off the front of a text.

/// Takes exactly `count` (at most 9) ASCII digits from the front of `text`.
pub(crate) fn take_fixed(text: &str, count: usize) -> Option<(u32, &str)> {
    let head = text.get(..count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, &text[count..]))
}

/// Takes the longest run of ASCII digits from the front of `text`; empty when there is none.
pub(crate) fn take_run(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(end)
}
