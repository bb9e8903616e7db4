"""wget through armgate: it reads https_proxy in lower case only, and no variable names its CA.

So the CA is given on the command line here, as $SSL_CERT_FILE, which `run` sets. wget shows no
body with a 401 and has an exit status of its own for it.
"""

import re
import shutil
import subprocess
import unittest

from client_case import ClientCase
from harness import missing
from token_case import TokenMatrix

AUTHENTICATION_FAILED = 6


def setUpModule():
    if shutil.which("wget") is None:
        missing("wget is not installed")
    ClientCase.open_stage()
    said = subprocess.run(["wget", "--version"], capture_output=True, text=True, timeout=30)
    Wget.VERSION = said.stdout.split()[2]


class Wget(TokenMatrix, ClientCase):
    TOOL = "wget"

    def send(self, token, mode, method, url, body=None):
        script = 'exec wget --ca-certificate="$SSL_CERT_FILE" "$@"'
        done = self.run_client(
            ["sh", "-c", script, "wget", "--server-response", "--output-document=-",
             f"--method={method}", *([f"--body-data={body}"] if body else []),
             "--header=Content-Type: application/json", f"--header=Authorization: Bearer {token}",
             url], self.stage.folder / "home", mode)
        status = int(re.search(r"^  HTTP/1\.1 (\d+) ", done.stderr, re.M)[1])
        self.assertEqual(AUTHENTICATION_FAILED if status == 401 else 0, done.status, f"{done}")
        challenge = re.search(r"^  WWW-Authenticate: (.*)$", done.stderr, re.M)
        return done, status, challenge and challenge[1], done.stdout if status < 400 else None


if __name__ == "__main__":
    unittest.main()
