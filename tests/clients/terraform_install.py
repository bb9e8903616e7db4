"""Terraform's azapi provider, built from its module, in a mirror that `terraform init` reads.

Terraform itself must be on the machine. The provider is not in a package registry for programs but
in the Go module proxy, as source, so it is built once, in about two minutes; its type schemas alone
are 240 MB.
"""

import client_cache

FOLDER = client_cache.HERE / "terraform_azapi"
MODULE = "github.com/Azure/terraform-provider-azapi"
AZAPI = client_cache.pinned_version(FOLDER / "go.mod", MODULE)
PLACE = f"mirror/registry.terraform.io/azure/azapi/{AZAPI}"
SETTINGS = """disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path = "{mirror}"
  }}
}}
"""


def ensure_terraform():
    """Terraform's path, and a CLI configuration that finds azapi and calls nobody."""
    terraform = client_cache.program("terraform")
    folder = client_cache.ensure("terraform-azapi", _build, FOLDER / "go.mod",
                                 FOLDER / "go.sum", SETTINGS)
    return terraform, folder / "terraform.rc"


def _build(folder):
    go = client_cache.program("go")
    system = client_cache.must([go, "env", "GOOS", "GOARCH"], "go env").split()
    target = folder / PLACE / "_".join(system)
    target.mkdir(parents=True)
    version = f"-s -w -X {MODULE}/version.ProviderVersion={AZAPI}"
    client_cache.must([go, "build", "-buildvcs=false", "-trimpath", "-mod=readonly", "-ldflags",
                       version, "-o", target / f"terraform-provider-azapi_v{AZAPI}", MODULE],
                      "go build azapi", cwd=FOLDER)
    (folder / "terraform.rc").write_text(SETTINGS.format(mirror=folder / "mirror"))


if __name__ == "__main__":
    print(*ensure_terraform())
