"""A CONNECT proxy that intercepts nothing: it maps host names to loopback ports, and that is all.

For debugging: a client that fails through armgate is run through this instead. If it fails here
too, the fakes or the client are at fault, not armgate. It also shows which hosts a client calls:
every CONNECT is kept in `asked`, and hosts that are not mapped are answered 502.
"""

import select
import socket
import socketserver
import threading

IDLE_S = 60
HEAD_LIMIT = 64 * 1024


class PlainTunnel:
    """Listens on a free loopback port until close(). `ports` maps host names to loopback ports."""

    def __init__(self, ports):
        self.asked = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tunnel = self
        self._server.ports = ports
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(IDLE_S)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < HEAD_LIMIT:
            more = self.request.recv(4096)
            if not more:
                return
            head += more
        method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        self.server.tunnel.asked.append(head.partition(b"\r\n\r\n")[0].decode("latin-1"))
        host = target.rpartition(":")[0].lower()
        if method != "CONNECT" or host not in self.server.ports:
            self.request.sendall(b"HTTP/1.1 502 Not mapped\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.server.ports[host]), IDLE_S) as upstream:
            self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _relay(self.request, upstream)


def _relay(left, right):
    """Bytes both ways until one side ends or nothing moves for IDLE_S seconds."""
    other = {left: right, right: left}
    while True:
        ready, _, _ = select.select(list(other), [], [], IDLE_S)
        if not ready:
            return
        for source in ready:
            try:
                data = source.recv(65536)
                if not data:
                    return
                other[source].sendall(data)
            except OSError:
                return
