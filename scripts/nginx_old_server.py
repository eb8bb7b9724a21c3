"""Stands in for the old server: answers every request with who it is and what it was told."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class OldServer(BaseHTTPRequestHandler):
    """Says which server was reached, by what path, with which headers and how long a body."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        """Any method."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = {"server": "old", "path": self.path, "length": len(body)}
        said["headers"] = {name.lower(): value for name, value in self.headers.items()}
        text = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        """Silent."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), OldServer).serve_forever()
