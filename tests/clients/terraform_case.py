"""What the tests of Terraform share: its command line, its user's variables, a folder as it stands."""

import os

import az_install
import people


def words(terraform, folder, command, *arguments):
    """The argv of `terraform COMMAND` in `folder`, plain and without questions."""
    return [terraform, f"-chdir={folder}", command, "-no-color", "-input=false", *arguments]


def variables(person, settings, az=None):
    """What the user has set. A service principal signs in with its secret, a person through az."""
    who = {"ARM_SUBSCRIPTION_ID": people.SUBSCRIPTION, "ARM_TENANT_ID": people.TENANT,
           "ARM_USE_MSI": "false",  # azapi would ask this machine for an identity first
           "TF_CLI_CONFIG_FILE": str(settings), "TF_IN_AUTOMATION": "1"}
    if person is people.SERVICE_PRINCIPAL:
        who.update(ARM_CLIENT_ID=person.app_id, ARM_CLIENT_SECRET=person.secret)
    else:
        who["PATH"] = f"{az.parent}{os.pathsep}{os.environ['PATH']}"
    return {**who, **az_install.QUIET}


def snapshot(folder):
    """Every file's bytes, mode and time, every link's target."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        content = os.readlink(path) if path.is_symlink() else \
            path.read_bytes() if path.is_file() else None
        seen[str(path)] = (facts.st_mode, facts.st_mtime_ns, content)
    return seen
