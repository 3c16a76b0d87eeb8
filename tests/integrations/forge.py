"""A forge on the loopback address: as much of GitHub's and GitLab's REST interfaces as a comment takes."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-a-test"


class Forge:
    """Comments, newest last, with every request as (method, path); ``refuse`` answers writes with 403."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        self.refuse = False
        self.url = ""

    def add(self, body: str, **more: Any) -> dict[str, Any]:
        """A comment that is there already."""
        comment = {"id": 1000 + len(self.comments), "body": body, **more}
        self.comments.append(comment)
        return comment

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """The status and the content for a request."""
        parts = urlsplit(path)
        if parts.path == "/user":
            return 200, {"id": 7}
        if method == "GET":
            query = {key: int(values[0]) for key, values in parse_qs(parts.query).items()}
            first = (query["page"] - 1) * query["per_page"]
            return 200, self.comments[first : first + query["per_page"]]
        if self.refuse:
            return 403, {"message": "Resource not accessible by integration"}
        if method == "POST":
            return 201, self.add(body["body"], user={"type": "Bot"}, author_association="NONE", author={"id": 7})
        (number,) = re.findall(r"\d+$", parts.path)
        (found,) = (each for each in self.comments if each["id"] == int(number))
        found["body"] = body["body"]
        return 200, found


@contextmanager
def serving() -> Iterator[Forge]:
    """A forge that answers until the block ends."""
    forge = Forge()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            forge.requests.append((self.command, self.path))
            sent = self.headers.get("Authorization", "").removeprefix("Bearer ") or self.headers.get("PRIVATE-TOKEN")
            if sent == TOKEN:
                status, content = forge.answer(self.command, self.path, json.loads(body) if body else None)
            else:
                status, content = 401, {"message": "Bad credentials"}
            written = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forge.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
