"""A mail server: says its port, then each mail that it took, a line of JSON each, until stdin ends.

Options: {tls: "none" | "upgrade" | "from_the_start", login: [name, password] | null}. What it does with a
mail is in the local part of the address: refused, later, data-refused, data-later, hang, drop; all else
is taken."""

import asyncio
import email
import email.policy
import json
import ssl
import sys

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

OPTIONS = json.loads(sys.argv[1])
AT_RCPT = {"refused": "550 5.1.1 nobody of that name", "later": "451 4.7.1 come back later"}
AT_DATA = {"data-refused": "554 5.7.1 not such a mail", "data-later": "452 4.2.2 full"}


def say(value):
    print(json.dumps(value), flush=True)


def part(message, kind):
    found = message.get_body(preferencelist=(kind,))
    return found.get_content() if found else None


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = AT_RCPT.get(address.split("@")[0])
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        if local == "hang":
            await asyncio.sleep(60)
        if local == "drop":
            server.transport.abort()
            return "250 never heard"
        if local in AT_DATA:
            return AT_DATA[local]
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        say({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "is_secure": server.transport.get_extra_info("ssl_object") is not None,
            "login": session.auth_data.decode() if session.auth_data else None,
            "headers": [[name, str(value)] for name, value in message.items()],
            "defects": [str(defect) for each in message.walk() for defect in each.defects],
            "text": part(message, "plain"),
            "html": part(message, "html"),
            "longest_line": max(len(line) for line in envelope.original_content.split(b"\r\n")),
        })
        return "250 kept"


def authenticate(server, session, envelope, mechanism, data):
    name, password = OPTIONS["login"]
    is_right = (data.login, data.password) == (name.encode(), password.encode())
    return AuthResult(success=is_right, handled=False, auth_data=data.login if is_right else None)


async def main():
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    is_upgrade = OPTIONS["tls"] == "upgrade"
    has_login = OPTIONS["login"] is not None

    def serve():
        return SMTP(
            Handler(),
            hostname="sink",
            enable_SMTPUTF8=True,
            tls_context=context if is_upgrade else None,
            require_starttls=is_upgrade,
            auth_required=has_login,
            auth_require_tls=False,
            authenticator=authenticate if has_login else None,
        )

    loop = asyncio.get_running_loop()
    secure = context if OPTIONS["tls"] == "from_the_start" else None
    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=secure)
    port = server.sockets[0].getsockname()[1]
    say({"port": port, "authority": authority.cert_pem.bytes().decode()})
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
