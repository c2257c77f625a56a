"""The browser's side of Web Push: makes its keys, and opens what was pushed to it.

{} in: {p256dh, auth, private} out. {private, auth, body, authorization} in: {payload, is_signed, claims}
out."""

import base64
import json
import os
import sys

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keys():
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    private = key.private_numbers().private_value.to_bytes(32, "big")
    return {"p256dh": encoded(point), "auth": encoded(os.urandom(16)), "private": encoded(private)}


def opened(question):
    number = int.from_bytes(decoded(question["private"]), "big")
    key = ec.derive_private_key(number, ec.SECP256R1())
    payload = http_ece.decrypt(
        decoded(question["body"]),
        private_key=key,
        auth_secret=decoded(question["auth"]),
        version="aes128gcm",
    )
    token = question["authorization"].split("t=")[1].split(",")[0]
    return {
        "payload": json.loads(payload),
        "is_signed": Vapid02.verify(question["authorization"]),
        "claims": json.loads(decoded(token.split(".")[1])),
    }


question = json.load(sys.stdin)
print(json.dumps(opened(question) if question else keys()))
