//! What a page is given to follow or to paint with. Any of it may come from a stranger's file, so
//! it is checked here, once, and not by every page.

/// Schemes that run in the page that follows them, or that open what lies on the reader's machine.
const REFUSED: [&str; 9] = [
    "javascript",
    "vbscript",
    "livescript",
    "data",
    "blob",
    "file",
    "filesystem",
    "about",
    "view-source",
];

/// Whether this is an address that a page may offer: a scheme (RFC 3986 3.1) that is not refused,
/// a colon, and something behind it. Browsers leave out white space before an address and control
/// characters inside of it, so neither is let in: `java\tscript:` is what it looks like.
pub fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(is_plain)
        && !REFUSED.iter().any(|no| scheme.eq_ignore_ascii_case(no))
        && rest.starts_with(|c: char| !c.is_whitespace())
        && !rest.chars().any(char::is_control)
}

/// Whether this is `#rgb` or `#rrggbb`.
pub fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        [3, 6].contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_of_people_and_programs_are_taken() {
        for good in [
            "https://example.org/a b?c=d#e",
            "HTTP://example.org:8080",
            "mailto:owner@example.org",
            "tel:+34600000000",
            "obsidian://open?vault=x",
            "message:%3Cid@example.org%3E",
            "cid:part1@example.org",
        ] {
            assert!(is_address(good), "{good}");
        }
    }

    #[test]
    fn what_runs_in_a_page_is_refused_however_it_is_written() {
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "java\tscript:alert(1)",
            "javascript\n:alert(1)",
            "vbscript:x",
            "data:text/html,<script>",
            "DATA:text/html;base64,AA",
            "file:///etc/passwd",
            "blob:https://example.org/1",
            "view-source:javascript:x",
            "https://example.org/\u{0}",
            "https:",
            "https: //example.org",
            "//example.org",
            "example.org/page",
            "",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_a_browser_reads_as_a_script_passes(text in "[\\x00-\\x20]{0,3}[jJ][aA\\t\\n][vV]?[aA]?[\\r\\n\\t]?[sS]?[cC]?[rR]?[iI]?[pP]?[tT]?[\\x00-\\x20]?:.{0,5}") {
            let read: String = text
                .trim_start_matches(|c: char| c <= ' ')
                .chars()
                .filter(|c| !"\t\r\n".contains(*c))
                .collect();
            let runs = read.to_ascii_lowercase().starts_with("javascript:");
            prop_assert!(!(runs && is_address(&text)), "{text:?}");
        }
    }

    #[test]
    fn colours_have_three_or_six_digits() {
        assert!(is_color("#fff") && is_color("#A0b1C2"));
        for bad in [
            "",
            "#",
            "fff",
            "#ff",
            "#ffff",
            "#ggg",
            "turquoise",
            "#fff ",
            "<script>",
            "#ééé",
        ] {
            assert!(!is_color(bad), "{bad}");
        }
    }
}
