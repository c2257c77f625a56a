//! What the rules need to know of a Rust file, read from its tokens: unlike a syntax tree, they also
//! show what stands inside macros.

use std::ops::ControlFlow;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};

/// A Rust file without its tests.
pub struct Source {
    /// Lines outside `#[cfg(test)]`.
    pub production_lines: usize,
    pub functions: Vec<Function>,
    pub calls: Vec<Call>,
    pub strings: Vec<Text>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    /// From the line of `fn` to that of the closing brace.
    pub lines: usize,
}

/// `function(arguments)`, in whatever way the function is named.
pub struct Call {
    pub arguments: Vec<TokenTree>,
}

/// A string literal as it stands in the file, with its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub line: usize,
    pub column: usize,
    pub literal: String,
}

impl Text {
    /// `None` for a literal that is not a string.
    pub fn of(literal: &Literal) -> Option<Self> {
        let text = literal.to_string();
        let is_string = text.starts_with(['"', 'r']) && text.ends_with(['"', '#']);
        let start = literal.span().start();
        is_string.then_some(Self {
            line: start.line,
            column: start.column,
            literal: text,
        })
    }

    /// What stands between the quotes; escapes stay as they are.
    pub fn unquoted(&self) -> &str {
        self.literal
            .trim_start_matches('r')
            .trim_matches('#')
            .trim_matches('"')
    }
}

/// Reads a file; `Err` names the line at which it stops being Rust.
pub fn read(text: &str) -> Result<Source, usize> {
    let stream: TokenStream = text
        .parse()
        .map_err(|error: proc_macro2::LexError| error.span().start().line)?;
    let mut source = Source {
        production_lines: text.lines().count(),
        functions: Vec::new(),
        calls: Vec::new(),
        strings: Vec::new(),
    };
    if source.walk(stream).is_break() {
        source.production_lines = 0;
        source.functions.clear();
        source.calls.clear();
        source.strings.clear();
    }
    Ok(source)
}

impl Source {
    /// Breaks off when the whole file is a test.
    fn walk(&mut self, stream: TokenStream) -> ControlFlow<()> {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = &tokens[at..];
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => match rest {
                    [_, TokenTree::Punct(bang), TokenTree::Group(attribute), ..]
                        if bang.as_char() == '!' && is_for_tests(attribute) =>
                    {
                        return ControlFlow::Break(());
                    }
                    [_, TokenTree::Group(attribute), ..] if is_for_tests(attribute) => {
                        let length = item_length(rest);
                        self.production_lines -= lines_between(&rest[0], &rest[length - 1]);
                        at += length;
                        continue;
                    }
                    // an attribute's own strings (documentation) are not the program's
                    [_, TokenTree::Punct(_), TokenTree::Group(_), ..] => {
                        at += 3;
                        continue;
                    }
                    [_, TokenTree::Group(_), ..] => {
                        at += 2;
                        continue;
                    }
                    _ => {}
                },
                TokenTree::Ident(word) if word == "fn" => self.add_function(rest),
                TokenTree::Ident(_) => self.add_call(rest),
                TokenTree::Literal(literal) => self.strings.extend(Text::of(literal)),
                TokenTree::Group(group) => self.walk(group.stream())?,
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
        ControlFlow::Continue(())
    }

    fn add_function(&mut self, tokens: &[TokenTree]) {
        // `fn(u8) -> u8` is a type and has no name; `fn $name` stands in a macro
        let name = match tokens.get(1) {
            Some(TokenTree::Ident(name)) => name.to_string(),
            Some(TokenTree::Punct(dollar)) if dollar.as_char() == '$' => tokens
                .get(2)
                .map(|name| format!("${name}"))
                .unwrap_or_default(),
            _ => return,
        };
        let last = &tokens[item_length(tokens) - 1];
        let line = tokens[0].span().start().line;
        self.functions.push(Function {
            name,
            line,
            lines: lines_between(&tokens[0], last),
        });
    }

    fn add_call(&mut self, tokens: &[TokenTree]) {
        if let [TokenTree::Ident(_), TokenTree::Group(arguments), ..] = tokens
            && arguments.delimiter() == Delimiter::Parenthesis
        {
            self.calls.push(Call {
                arguments: arguments.stream().into_iter().collect(),
            });
        }
    }
}

/// `[cfg(test)]`, also within `all(..)` or `any(..)`.
fn is_for_tests(attribute: &Group) -> bool {
    let text = attribute.stream().to_string();
    let words: Vec<&str> = text
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .collect();
    words.first() == Some(&"cfg") && words.contains(&"test") && !words.contains(&"not")
}

/// How many tokens the item at the beginning of `tokens` has: up to its braces or semicolon.
fn item_length(tokens: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    tokens
        .iter()
        .position(is_end)
        .map_or(tokens.len(), |position| position + 1)
}

fn lines_between(first: &TokenTree, last: &TokenTree) -> usize {
    last.span().end().line - first.span().start().line + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_strings_comments_and_characters_do_not_end_a_function() {
        let source =
            read("fn one() {\n let a = \"}\"; // }\n let b = '}';\n /* } */\n}\n").unwrap();
        assert_eq!(
            source.functions,
            [Function {
                name: "one".into(),
                line: 1,
                lines: 5
            }]
        );
    }

    #[test]
    fn functions_in_macros_methods_and_functions_are_seen() {
        let text = "macro_rules! m { ($n:ident) => { fn $n() {\n} } }\n\
                    impl A { fn b(f: fn(u8) -> u8) where u8: Copy {\n fn c() {}\n} }";
        let names: Vec<_> = read(text)
            .unwrap()
            .functions
            .into_iter()
            .map(|f| f.name)
            .collect();
        assert_eq!(names, ["$n", "b", "c"]);
    }

    #[test]
    fn tests_do_not_count() {
        let text = "fn a() {}\n\n/// Doc.\n#[cfg(test)]\nmod tests {\n fn b() {\n }\n}\n";
        let source = read(text).unwrap();
        assert_eq!(source.functions.len(), 1);
        assert_eq!(source.production_lines, 3);
        let source = read("#![cfg(test)]\nfn a() {}\n").unwrap();
        assert_eq!((source.functions.len(), source.production_lines), (0, 0));
    }

    #[test]
    fn what_is_left_out_of_tests_counts() {
        let source =
            read("#[cfg(not(test))]\nfn a() {}\n#[cfg(feature = \"x\")]\nfn b() {}").unwrap();
        assert_eq!(source.functions.len(), 2);
    }

    #[test]
    fn calls_and_strings_are_seen_with_their_places() {
        let text = "//! \"no\"\nconst A: S =\n S::new(\"one\", r#\"two\"#, 'c', b\"bytes\");";
        let source = read(text).unwrap();
        assert_eq!(source.calls.len(), 1);
        let texts: Vec<_> = source
            .strings
            .iter()
            .map(|t| (t.line, t.column, t.unquoted()))
            .collect();
        assert_eq!(texts, [(3, 8, "one"), (3, 15, "two")]);
    }

    #[test]
    fn a_file_that_is_not_rust_names_its_line() {
        assert_eq!(read("fn a() {\n}\n}").err(), Some(3));
    }
}
