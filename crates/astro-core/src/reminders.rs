//! Reminders: when and where to call a task to mind.

coded_enum! {
    /// A way to reach a person.
    pub enum Channel {
        InApp = 0 => "in_app",
        Email = 1 => "email",
        WebPush = 2 => "web_push",
        Ntfy = 3 => "ntfy",
        Gotify = 4 => "gotify",
        Webhook = 5 => "webhook",
        Apprise = 6 => "apprise",
        Telegram = 7 => "telegram",
    }
}
