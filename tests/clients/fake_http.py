"""The HTTP/1.1 server under both fakes: TLS on loopback, keep-alive, and a record of every request.

A request enters the record when its head has arrived, before anything is answered: so a test that
finds no write in the record has proved that not even half of one came through.
"""

import collections
import hashlib
import http.server
import json
import socket
import ssl
import threading
import urllib.parse

IDLE_S = 60
MAX_BODY = 64 * 1024 * 1024
SECRET_FIELDS = {"authorization", "cookie", "proxy-authorization"}


class Answer:
    """What a fake says: a status, a body (JSON value, or bytes as they are) and further fields."""

    def __init__(self, status, body=None, **fields):
        self.status = status
        self.body = body
        self.fields = {name.replace("_", "-"): value for name, value in fields.items()}

    def encoded(self):
        """The body as bytes; None is no body."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return json.dumps(self.body, separators=(",", ":")).encode()


Request = collections.namedtuple("Request", "method path query fields body")


class FakeServer:
    """Runs `answer(Request) -> Answer` for `hosts` on a free loopback port until close()."""

    def __init__(self, pki, hosts, log_file):
        self._log = open(log_file, "a", encoding="utf-8")
        self._lock = threading.Lock()
        self._seen = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._server.tls = pki.server_context(*hosts)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, request):
        raise NotImplementedError

    def describe_caller(self, fields):
        """What of the caller goes into the record; never a token."""
        return None

    def requests(self):
        """All requests so far, oldest first, as dictionaries."""
        with self._lock:
            return [dict(entry) for entry in self._seen]

    def forget(self):
        """Empties the record, so that a test sees its own requests only."""
        with self._lock:
            self._seen.clear()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)
        self._log.close()

    def enter(self, entry):
        with self._lock:
            self._seen.append(entry)

    def write_log(self, entry):
        with self._lock:
            if not self._log.closed:
                self._log.write(json.dumps(entry) + "\n")
                self._log.flush()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def finish_request(self, request, client_address):
        """The handshake runs in the connection's own thread: a slow client holds up nobody."""
        request.settimeout(IDLE_S)
        try:
            with self.tls.wrap_socket(request, server_side=True) as secured:
                self.RequestHandlerClass(secured, client_address, self)
        except (ssl.SSLError, OSError):
            pass  # the client went away or does not trust us; its own error says so

    def shutdown_request(self, request):
        try:
            request.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        self.close_request(request)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Several small segments after each other would meet the delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def handle_expect_100(self):
        self.server.fake.enter({"method": self.command, "expect": "100-continue"})
        done = super().handle_expect_100()
        self.wfile.flush()
        return done

    def _serve(self):
        fake = self.server.fake
        _, target, version = self.requestline.split(" ", 2)  # self.path has lost a leading "//"
        path, _, query = target.partition("?")
        fields = [(name, value) for name, value in self.headers.items()]
        entry = {
            "method": self.command, "path": path, "query": query, "http": version,
            "fields": [[n, v] for n, v in fields if n.lower() not in SECRET_FIELDS],
            "caller": fake.describe_caller(self.headers), "body_bytes": None,
            "body_sha256": None, "status": None}
        fake.enter(entry)
        try:
            body = self._read_body()
            entry["body_bytes"] = len(body)
            entry["body_sha256"] = hashlib.sha256(body).hexdigest()
            parsed = dict(urllib.parse.parse_qsl(query))
            answer = fake.answer(Request(self.command, path, parsed, self.headers, body))
            entry["status"] = answer.status
            self._write(answer)
        finally:
            fake.write_log(entry)

    do_GET = do_HEAD = do_PUT = do_PATCH = do_POST = do_DELETE = do_OPTIONS = _serve

    def _read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY:
            raise ValueError("body too large for a test")
        body = self.rfile.read(length)
        if len(body) != length:
            raise ConnectionError("the body was cut")
        return body

    def _read_chunks(self):
        body = bytearray()
        while len(body) <= MAX_BODY:
            size = int(self.rfile.readline(1024).split(b";")[0], 16)
            if size == 0:
                while self.rfile.readline(1024) not in (b"\r\n", b""):
                    pass
                return bytes(body)
            body += self.rfile.read(size)
            self.rfile.readline(8)
        raise ValueError("body too large for a test")

    def _write(self, answer):
        text = answer.encoded()
        self.send_response(answer.status)
        for name, value in answer.fields.items():
            self.send_header(name, value)
        if answer.body is not None and "Content-Type" not in answer.fields:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(text)
        self.wfile.flush()

    def version_string(self):
        return "fake"

    def log_message(self, format, *arguments):
        """Quiet: the record holds more than the usual access log."""
