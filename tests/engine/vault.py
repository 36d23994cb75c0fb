"""Stands in for a HashiCorp Vault whose transit key encrypts a state's own key.

A state has to have a secrets provider. From a passphrase the CLI would derive the key in each of its runs,
which takes a fifth of a preview.
"""

import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROVIDER = "hashivault://state"
WRAPPED = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    """Its two calls: https://developer.hashicorp.com/vault/api-docs/secret/transit."""

    def do_PUT(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v1/transit/encrypt/state":
            data = {"ciphertext": WRAPPED + asked["plaintext"]}
        else:
            assert self.path == "/v1/transit/decrypt/state"
            data = {"plaintext": asked["ciphertext"].removeprefix(WRAPPED)}
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@cache
def environment() -> dict[str, str]:
    """What the CLI needs to find this process's vault."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    threading.Thread(target=server.serve_forever, name="vault", daemon=True).start()
    return {
        "VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}",
        "VAULT_SERVER_TOKEN": "of a test",
    }
