"""wget through armgate: it reads https_proxy in lower case only, and no variable names its CA.

A configuration file does, so `run` sets WGETRC to a copy of the user's own with the CA added. wget
shows no body with a 401 and has an exit status of its own for it.
"""

import re
import shutil
import subprocess
import unittest

import people
from client_case import GROUPS, ClientCase
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

    def home(self):
        folder = self.stage.folder / "home"
        folder.mkdir(exist_ok=True)
        return folder

    def send(self, token, mode, method, url, body=None):
        done = self.run_client(
            ["wget", "--server-response", "--output-document=-", f"--method={method}",
             *([f"--body-data={body}"] if body else []), "--header=Content-Type: application/json",
             f"--header=Authorization: Bearer {token}", url], self.home(), mode)
        status = int(re.search(r"^  HTTP/1\.1 (\d+) ", done.stderr, re.M)[1])
        self.assertEqual(AUTHENTICATION_FAILED if status == 401 else 0, done.status, f"{done}")
        challenge = re.search(r"^  WWW-Authenticate: (.*)$", done.stderr, re.M)
        return done, status, challenge and challenge[1], done.stdout if status < 400 else None

    def test_the_users_own_wgetrc_is_kept(self):
        mine = self.home() / ".wgetrc"
        mine.write_text("header = X-Mine: kept\n")
        self.addCleanup(mine.unlink)
        done, *_ = self.request(people.access_token(people.WITHOUT_MFA), "observe", "GET", GROUPS)
        self.assertIn(["X-Mine", "kept"], done.arm[0]["fields"])


if __name__ == "__main__":
    unittest.main()
