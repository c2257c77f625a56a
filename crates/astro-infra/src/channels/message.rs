//! What is said to a person.

use astro_core::calendar::Timestamp;

use super::text::one_line;

/// One message to one target. Every text in it is a person's and is sent as data: no channel reads
/// markup or headers in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The delivery's id, unique for each message that leaves: receivers may drop a second one of it.
    pub id: String,
    pub title: String,
    pub body: String,
    /// What a click opens.
    pub url: Option<String>,
    /// Buttons, where the channel has them, the most important first.
    pub actions: Vec<Action>,
    /// What the message is about: where the channel can, a later message of the same tag replaces an
    /// earlier one.
    pub tag: String,
    pub is_urgent: bool,
    /// When it was due to be said.
    pub at: Timestamp,
    /// What a webhook is given.
    pub data: serde_json::Value,
}

impl Message {
    /// The body, or the title where there is none: some services refuse a message without text.
    pub(super) fn text(&self) -> &str {
        if self.body.is_empty() {
            &self.title
        } else {
            &self.body
        }
    }

    /// The text with all that can be opened below it, for channels without buttons.
    pub(super) fn text_with_links(&self) -> String {
        let links = links(self.url.as_deref(), &self.actions);
        if links.is_empty() {
            self.text().to_owned()
        } else {
            format!("{}\n\n{links}", self.text())
        }
    }
}

/// A line for each address. What a click opens stands alone, and needs no word of any language.
pub(super) fn links<'a>(
    url: Option<&str>,
    actions: impl IntoIterator<Item = &'a Action>,
) -> String {
    let actions = actions
        .into_iter()
        .map(|action| format!("{}: {}", one_line(&action.label), action.url));
    let lines: Vec<String> = url.map(str::to_owned).into_iter().chain(actions).collect();
    lines.join("\n")
}

/// A button that opens an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub label: String,
    pub url: String,
}

/// Takes a message away that has been answered elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clear {
    /// As [`Message::id`], of this sending.
    pub id: String,
    /// As [`Message::tag`], of what is taken away.
    pub tag: String,
}
