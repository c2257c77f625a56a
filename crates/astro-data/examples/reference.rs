//! Prints docs/features.md.

#![expect(clippy::print_stdout, reason = "it prints")]

fn main() {
    print!("{}", astro_data::reference::document());
}
