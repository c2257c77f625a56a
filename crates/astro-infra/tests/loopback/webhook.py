"""Verifies a webhook as its receiver would: {secret, headers, body} in, {ok, error} out."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

question = json.load(sys.stdin)
try:
    Webhook(question["secret"]).verify(question["body"], question["headers"])
    print(json.dumps({"ok": True, "error": None}))
except WebhookVerificationError as error:
    print(json.dumps({"ok": False, "error": str(error)}))
