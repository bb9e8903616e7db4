"""Node's own fetch through armgate: no library, only what Node 24 does with the environment.

It goes through the proxy because `run` sets NODE_USE_ENV_PROXY=1, which Node reads from 22.21 and
24.5 on.
"""

import json
import unittest

import client_cache
import node_install
from client_case import ClientCase
from harness import missing
from token_case import TokenMatrix

NODE = PROGRAMS = None


def setUpModule():
    global NODE, PROGRAMS
    ClientCase.open_stage()
    try:
        NODE, PROGRAMS = node_install.ensure_node()
    except client_cache.Unavailable as reason:
        missing(str(reason))


class NodeFetch(TokenMatrix, ClientCase):
    TOOL = "node"

    def send(self, token, mode, method, url, body=None):
        done = self.run_client([NODE, PROGRAMS / "fetch.mjs", method, url,
                                *([body] if body else [])],
                               self.stage.folder / "home", mode, ARM_TOKEN=token)
        self.assertEqual(0, done.status, f"{done}")
        said = json.loads(done.stdout)
        return done, said["status"], said["challenge"], said["body"]


if __name__ == "__main__":
    unittest.main()
