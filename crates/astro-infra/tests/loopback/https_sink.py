"""A web server with a certificate for `hook.example`: says its port and its authority, then each
request, a line of JSON each, until stdin ends."""

import http.server
import json
import ssl
import sys
import threading

import trustme


def say(value):
    print(json.dumps(value), flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        say({"path": self.path, "host": self.headers["Host"], "body": body.decode(), "tls": self.connection.version()})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


authority = trustme.CA()
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
authority.issue_cert("hook.example").configure_cert(context)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
say({"port": server.server_port, "authority": authority.cert_pem.bytes().decode()})
sys.stdin.read()
