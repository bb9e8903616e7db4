"""A fake blob service: as much of it as Terraform's azurerm backend needs to keep a state.

One account, blobs in memory. It takes any Authorization: what may reach it is decided elsewhere,
and armgate only tunnels to it. Leases lock a blob as in Azure, because Terraform relies on that.
"""

import threading
import uuid

from fake_http import Answer, FakeServer

ACCOUNT = "armgatestate"
HOST = f"{ACCOUNT}.blob.core.windows.net"


class FakeBlob(FakeServer):
    """`blobs` maps paths (`/container/name`) to contents."""

    def __init__(self, pki, log_file):
        self.blobs = {}
        self._metadata = {}
        self._leases = {}
        self._state = threading.Lock()
        super().__init__(pki, [HOST], log_file)

    def reset(self):
        with self._state:
            self.blobs.clear()
            self._metadata.clear()
            self._leases.clear()
        self.forget()

    def describe_caller(self, fields):
        """How the caller shows who it is: SharedKey or Bearer."""
        return (fields.get("Authorization") or "").partition(" ")[0]

    def answer(self, request):
        with self._state:
            answer = self._route(request)
        answer.fields = {"x-ms-request-id": str(uuid.uuid4()), "x-ms-version": "2023-11-03",
                         "Content-Type": "application/xml", **answer.fields}
        return answer

    def _route(self, request):
        part = request.query.get("comp")
        if request.query.get("restype") == "container":
            return Answer(200, self._list(request.path))
        if request.method == "PUT" and part == "lease":
            return self._lease(request)
        if request.method == "PUT" and part is None:
            return self._write(request)
        if request.path not in self.blobs:
            return _error(404, "BlobNotFound", "The specified blob does not exist.")
        if request.method == "PUT":
            self._metadata[request.path] = {
                name: value for name, value in request.fields.items()
                if name.lower().startswith("x-ms-meta-")}
            return Answer(200)
        if request.method == "DELETE":
            del self.blobs[request.path]
            return Answer(202)
        answer = Answer(200, self.blobs[request.path], **self._metadata.get(request.path, {}))
        leased = request.path in self._leases
        answer.fields.update({
            "Content-Type": "application/json", "x-ms-blob-type": "BlockBlob",
            "x-ms-lease-state": "leased" if leased else "available",
            "x-ms-lease-status": "locked" if leased else "unlocked",
            "Last-Modified": "Tue, 24 Nov 2026 10:00:00 GMT", "ETag": '"0x1"'})
        return answer

    def _write(self, request):
        held = self._leases.get(request.path)
        if held and request.fields.get("x-ms-lease-id") != held:
            return _error(412, "LeaseIdMissing", "There is currently a lease on the blob.")
        self.blobs[request.path] = request.body
        return Answer(201, ETag='"0x1"')

    def _lease(self, request):
        if request.path not in self.blobs:
            return _error(404, "BlobNotFound", "The specified blob does not exist.")
        if request.fields.get("x-ms-lease-action") == "release":
            self._leases.pop(request.path, None)
            return Answer(200)
        if request.path in self._leases:
            return _error(409, "LeaseAlreadyPresent", "There is already a lease present.")
        name = request.fields.get("x-ms-proposed-lease-id") or str(uuid.uuid4())
        self._leases[request.path] = name
        return Answer(201, x_ms_lease_id=name)

    def _list(self, container):
        names = [path.removeprefix(container + "/") for path in self.blobs
                 if path.startswith(container + "/")]
        blobs = "".join(f"<Blob><Name>{name}</Name></Blob>" for name in names)
        return (f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>{blobs}</Blobs>'
                "<NextMarker /></EnumerationResults>").encode()


def _error(status, code, message):
    text = (f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code>'
            f"<Message>{message}</Message></Error>")
    return Answer(status, text.encode(), x_ms_error_code=code)
