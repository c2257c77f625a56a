//! Refuses JSON that is nested too deeply before anything recurses into it.

use astro_core::limits;

/// Whether the brackets of `json` are nested at most [`limits::JSON_DEPTH`] deep. Brackets inside
/// strings do not count.
pub(crate) fn within_limit(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    return false;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        let flat = format!("{{\"title\": \"{}\\\"[\"}}", "[".repeat(100));
        assert!(within_limit(flat.as_bytes()));
    }

    #[test]
    fn the_limit_is_exact() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(within_limit(nested(limits::JSON_DEPTH).as_bytes()));
        assert!(!within_limit(nested(limits::JSON_DEPTH + 1).as_bytes()));
    }
}
