"""`scripts/sbom`: what the list holds, by what is known to be linked and compiled in."""

import json
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SBOM = ROOT / "scripts" / "sbom"


class Sbom(unittest.TestCase):
    def test_each_library_is_listed_with_its_version(self):
        printed = subprocess.run([SBOM, os.environ["ARMGATE_BINARY"]], capture_output=True, text=True, check=True)
        document = json.loads(printed.stdout)
        self.assertEqual((document["bomFormat"], document["specVersion"]), ("CycloneDX", "1.5"))
        parts = {part["name"]: part for part in document["components"]}
        for name in ("libssl3", "libc6", "libstdc++6", "libspdlog1.10", "libboost1.81-dev", "nlohmann-json3-dev",
                     "libcli11-dev", "g++"):
            self.assertIn(name, parts)
        for part in parts.values():
            self.assertRegex(part["version"], r"^[0-9]")
            self.assertTrue(part["purl"].startswith(f"pkg:deb/debian/{part['name']}@{part['version']}?arch="))
        installed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libssl3"], capture_output=True, text=True,
                                   check=True).stdout
        self.assertEqual(parts["libssl3"]["version"], installed)
        self.assertEqual(set(document["dependencies"][0]["dependsOn"]), {part["bom-ref"] for part in parts.values()})

    def test_without_a_program_it_says_so(self):
        failed = subprocess.run([SBOM, "/no/such/armgate"], capture_output=True, text=True, check=False)
        self.assertEqual((failed.returncode, failed.stdout), (1, ""))
        self.assertIn("/no/such/armgate", failed.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
