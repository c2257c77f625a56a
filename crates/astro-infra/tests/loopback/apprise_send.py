"""Sends a message through Apprise: {urls, title, body, telegram} in, {ok} out.

`telegram` is the address that stands in for Telegram's own."""

import json
import sys

import apprise
from apprise.plugins.telegram import NotifyTelegram

question = json.load(sys.stdin)
NotifyTelegram.notify_url = question["telegram"]
sender = apprise.Apprise()
for url in question["urls"]:
    assert sender.add(url), url
is_sent = sender.notify(
    title=question["title"], body=question["body"], body_format=apprise.NotifyFormat.TEXT
)
print(json.dumps({"ok": bool(is_sent)}))
