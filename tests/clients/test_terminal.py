"""`armgate run` on a real terminal: a pseudo-terminal of a given width, with curl as the client.

On a terminal it prints one line a request, never wider than the terminal; elsewhere the summary
alone. Standard output is the client's in both cases.
"""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
import unittest

import people
from client_case import GROUPS, ClientCase
from harness import missing

LIMIT_S = 30
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
GROUP = f"{GROUPS}/a-resource-group-with-a-long-name"
TARGET = f"https://management.azure.com{GROUP}?api-version=2021-04-01"


def setUpModule():
    if shutil.which("curl") is None:
        missing("curl is not installed")
    ClientCase.open_stage()


class Terminal:
    """A command whose standard error is a terminal."""

    def __init__(self, argv, environment, columns):
        self.leader, follower = pty.openpty()
        self.resize(columns)
        self.process = subprocess.Popen([str(part) for part in argv], env=environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=follower)
        os.close(follower)
        self.text = ""

    def resize(self, columns):
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def read_until(self, done):
        """Reads until `done(text)`, or to the end; the text so far."""
        end = time.monotonic() + LIMIT_S
        while not done(self.text) and time.monotonic() < end:
            if not select.select([self.leader], [], [], 0.2)[0]:
                continue
            try:
                block = os.read(self.leader, 65536)
            except OSError:  # the other side was closed by its last process
                break
            if not block:
                break
            self.text += block.decode().replace("\r\n", "\n")
        return self.text

    def finish(self):
        self.process.stdin.close()
        self.read_until(lambda text: False)
        self.process.wait(LIMIT_S)
        stdout = self.process.stdout.read()
        self.process.stdout.close()
        os.close(self.leader)
        return stdout


class OnATerminal(ClientCase):
    def setUp(self):
        self.stage.arm.reset()
        token = people.access_token(people.WITHOUT_MFA)
        self.put = (f"curl -s -o /dev/null -X PUT -H 'Authorization: Bearer {token}' "
                    f"-H 'Content-Type: application/json' -d '{{\"location\":\"x\"}}' '{TARGET}'")

    def start(self, columns, script, *options, **variables):
        argv = [self.stage.armgate, "run", *self.stage._routes(), "--upstream-ca",
                self.stage.pki.ca, *options, "--", "sh", "-c", script]
        environment = self.stage.environment(self.stage.folder / "home", TERM="xterm", **variables)
        return Terminal(argv, environment, columns)

    def lines(self, columns, script, *options, **variables):
        terminal = self.start(columns, script, *options, **variables)
        stdout = terminal.finish()
        return terminal.text.splitlines(), stdout

    def test_one_line_a_request_in_any_width_and_then_the_summary(self):
        for columns in (40, 80, 200):
            with self.subTest(columns):
                lines, stdout = self.lines(columns, self.put + "; echo mine")
                self.assertEqual(b"mine\n", stdout)
                requests = [line for line in lines if not line.startswith("armgate: ")]
                self.assertEqual(1, len(requests), lines)
                plain = ESCAPES.sub("", requests[0])
                self.assertLessEqual(len(plain), columns)
                self.assertRegex(plain, r"^fail +(forwarded +)?20[01] +PUT +/")
                self.assertEqual(columns < 200, "..." in plain)
                self.assertTrue(requests[0].startswith("\x1b[31mfail\x1b[0m "), requests[0])
                summary = [line for line in lines if line.startswith("armgate: ")]
                self.assertLessEqual(len(summary), 10)
                self.assertIn("armgate: next: ", "\n".join(summary))

    def test_a_line_comes_while_the_command_runs_and_follows_a_resize(self):
        terminal = self.start(200, f"{self.put}; read go; {self.put}")
        terminal.read_until(lambda text: "user-without-mfa\n" in text)
        self.assertIn(GROUP, terminal.text)
        terminal.resize(60)
        terminal.process.stdin.write(b"go\n")
        terminal.finish()
        lines = [ESCAPES.sub("", line) for line in terminal.text.splitlines()
                 if not line.startswith("armgate: ")]
        self.assertEqual(2, len(lines), lines)
        self.assertGreater(len(lines[0]), 60)
        self.assertLessEqual(len(lines[1]), 60)

    def test_colours_are_left_out_where_asked(self):
        for options, variables in (((), {"NO_COLOR": "1"}), (("--color", "never"), {})):
            lines, _ = self.lines(80, self.put, *options, **variables)
            self.assertNotIn("\x1b", "\n".join(lines))
        lines, _ = self.lines(80, self.put, "--color", "always", NO_COLOR="1")
        self.assertIn("\x1b[31mfail", "\n".join(lines))

    def test_quiet_shows_neither_lines_nor_summary(self):
        lines, _ = self.lines(80, self.put, "--quiet")
        self.assertEqual([], lines)

    def test_elsewhere_there_is_the_summary_alone_and_no_colour(self):
        done = self.stage.run(["sh", "-c", self.put], self.stage.folder / "home")
        self.assertEqual([], [line for line in done.stderr.splitlines()
                              if not line.startswith("armgate: ")])
        self.assertNotIn("\x1b", done.stderr)


if __name__ == "__main__":
    unittest.main()
