"""Runs the tests of one file, named from here and without .py, and tells ctest how it went.

Exit status 0: all passed; 1: something failed, or nothing ran; 77: everything was skipped, which
ctest reports as skipped. With ARMGATE_REQUIRE_CLIENTS=1 any skip is a failure: CI must not turn
green because a client could not be installed.
"""

import os
import pathlib
import sys
import unittest

SKIPPED = 77


class CountingResult(unittest.TextTestResult):
    """Counts successes itself: whether a skipped test counts as run differs between Pythons."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main():
    file = pathlib.Path(__file__).resolve().parent / sys.argv[1]
    sys.path.insert(0, str(file.parent))
    suite = unittest.defaultTestLoader.loadTestsFromName(file.name)
    result = unittest.TextTestRunner(verbosity=2, resultclass=CountingResult).run(suite)
    all_required = os.environ.get("ARMGATE_REQUIRE_CLIENTS") == "1"
    for test, reason in result.skipped:
        print(f"skipped{', which is an error here' if all_required else ''}: {test}: {reason}")
    if not result.wasSuccessful() or (result.skipped and all_required):
        return 1
    if result.passed:
        return 0
    return SKIPPED if result.skipped else 1


if __name__ == "__main__":
    sys.exit(main())
