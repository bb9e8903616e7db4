"""A whole change rehearsed: the real Terraform with azapi, and az, in a dry run.

Each command runs to its end and believes that it changed Azure; the fake ARM, which keeps what
reaches it, never sees a write. Terraform's own state is compared byte for byte.
"""

import json
import shutil

import az_install
import client_cache
import people
import terraform_case
import terraform_install
from client_case import GROUPS, ClientCase
from harness import missing

AZ = TERRAFORM = SETTINGS = None
LOGIN = None
PERSON = people.WITHOUT_MFA  # whom enforcement would refuse: a dry run records it and goes on

HEAD = f"""
terraform {{
  required_providers {{
    azapi = {{
      source  = "Azure/azapi"
      version = "{terraform_install.AZAPI}"
    }}
  }}
}}
variable "size" {{ default = "10.0.0.0/16" }}
resource "azapi_resource" "group" {{
  type      = "Microsoft.Resources/resourceGroups@2022-09-01"
  name      = "g"
  parent_id = "/subscriptions/{people.SUBSCRIPTION}"
  location  = "westeurope"
}}
"""

# type, name, body as HCL, more arguments; the parent is the group, or the one named.
RESOURCES = {
    "vnet": ("Microsoft.Network/virtualNetworks@2023-05-01", "vnet1", """{
      properties = { addressSpace = { addressPrefixes = [var.size] } } }""", "group"),
    "subnet": ("Microsoft.Network/virtualNetworks/subnets@2023-05-01", "web", """{
      properties = { addressPrefix = "10.0.1.0/24" } }""", "vnet"),
    "nsg": ("Microsoft.Network/networkSecurityGroups@2023-05-01", "nsg1", """{
      properties = { securityRules = [] } }""", "group"),
    "ip": ("Microsoft.Network/publicIPAddresses@2023-05-01", "ip1", """{
      sku = { name = "Standard" }
      properties = { publicIPAllocationMethod = "Static" } }""", "group"),
    "account": ("Microsoft.Storage/storageAccounts@2023-01-01", "armgatestore1", """{
      kind = "StorageV2"
      sku = { name = "Standard_LRS" }
      properties = { minimumTlsVersion = "TLS1_2" } }""", "group"),
    "vault": ("Microsoft.KeyVault/vaults@2023-02-01", "armgatevault1", f"""{{
      properties = {{
        sku = {{ family = "A", name = "standard" }}
        tenantId = "{people.TENANT}"
        accessPolicies = [] }} }}""", "group"),
    "identity": ("Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31", "id1", "{}",
                 "group"),
    "workspace": ("Microsoft.OperationalInsights/workspaces@2022-10-01", "logs1", """{
      properties = { sku = { name = "PerGB2018" }, retentionInDays = 30 } }""", "group"),
    "plan": ("Microsoft.Web/serverfarms@2022-09-01", "plan1", """{
      sku = { name = "B1" }
      properties = {} }""", "group"),
}
NO_LOCATION = {"subnet"}
URN = "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:22.04.202401010"
IMAGE = (f"/subscriptions/{people.SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/"
         "publishers/{}/artifacttypes/vmimage/offers/{}/skus/{}/versions/{}".format(*URN.split(":")))


def setUpModule():
    global AZ, TERRAFORM, SETTINGS, LOGIN
    ClientCase.open_stage()
    try:
        TERRAFORM, SETTINGS = terraform_install.ensure_terraform()
        AZ = az_install.ensure_az()
    except client_cache.Unavailable as reason:
        missing(str(reason))
    case = DryRunCase()
    LOGIN = case.run_client([AZ, *az_install.login(PERSON)], case.home(), "observe",
                            **az_install.QUIET)
    case.assertEqual(0, LOGIN.status, f"{LOGIN}")


def configuration():
    parts = [HEAD]
    for label, (kind, name, body, parent) in RESOURCES.items():
        place = "" if label in NO_LOCATION else '\n  location  = "westeurope"'
        parts.append(f"""
resource "azapi_resource" "{label}" {{
  type      = "{kind}"
  name      = "{name}"
  parent_id = azapi_resource.{parent}.id{place}
  body      = jsonencode({body})
}}""")
    return "\n".join(parts)


class DryRunCase(ClientCase):
    def setUp(self):
        self.stage.arm.reset()
        self.overlay = self.stage.folder / (self.id().rpartition(".")[2] + ".overlay")
        self.changes = self.stage.folder / (self.id().rpartition(".")[2] + ".json")

    def home(self):
        return self.stage.folder / "homes" / PERSON.object_id

    def rehearse(self, command, home, *, status=0, **variables):
        done = self.run_client(command, home, "dry-run", options=[
            "--overlay", self.overlay, "--changes", self.changes],
            **{**az_install.QUIET, **variables})
        out = [entry for entry in done.writes_at_arm()
               if not entry["path"].endswith("/checkNameAvailability")]  # a POST that reads
        self.assertEqual([], out, f"{done}")
        self.assertEqual(status, done.status, f"{done}")
        return done

    def listed(self):
        """The list of changes: (kind, end of the id)."""
        changes = json.loads(self.changes.read_text())["changes"]
        return [(change["kind"], change["id"].rpartition("/")[2]) for change in changes]


class Terraform(DryRunCase):
    def setUp(self):
        super().setUp()
        self.folder = self.stage.folder / "infra"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "main.tf").write_text(configuration())

    def terraform(self, command, *arguments, mode="dry-run", status=0):
        words = terraform_case.words(TERRAFORM, self.folder, command, *arguments)
        variables = terraform_case.variables(PERSON, SETTINGS, AZ)
        if mode != "dry-run":
            return self.run_client(words, self.home(), mode, **variables)
        return self.rehearse(words, self.home(), status=status, **variables)

    def test_apply_plan_change_and_destroy_run_to_their_end_and_touch_nothing(self):
        self.assertEqual(0, self.terraform("init", mode="observe").status)
        before = terraform_case.snapshot(self.folder)
        count = len(RESOURCES) + 1

        applied = self.terraform("apply", "-auto-approve")
        self.assertIn(f"Apply complete! Resources: {count} added", applied.stdout)
        self.assertIn(f"terraform works on a copy of {self.folder}", applied.stderr)
        created = [name for kind, name in self.listed() if kind == "create"]
        self.assertEqual(count, len(created), self.listed())
        self.assertEqual("g", created[0])

        planned = self.terraform("plan")
        self.assertIn("No changes.", planned.stdout, f"{planned}")

        changed = self.terraform("apply", "-auto-approve", "-var", "size=10.0.0.0/8")
        self.assertIn("Resources: 0 added, 1 changed, 0 destroyed", changed.stdout)
        self.assertEqual(("update", "vnet1"), self.listed()[-1])

        destroyed = self.terraform("destroy", "-auto-approve")
        self.assertIn(f"Destroy complete! Resources: {count} destroyed", destroyed.stdout)
        self.assertEqual(before, terraform_case.snapshot(self.folder), "the user's folder is as it was")

    def test_a_real_group_is_read_and_its_update_is_a_diff(self):
        self.stage.arm.put(f"{GROUPS}/g", {"location": "westeurope", "tags": {"env": "old"}})
        (self.folder / "main.tf").write_text(HEAD.replace(
            'location  = "westeurope"', 'location  = "westeurope"\n  tags = { env = "new" }') + f"""
import {{
  to = azapi_resource.group
  id = "/subscriptions/{people.SUBSCRIPTION}/resourceGroups/g?api-version=2022-09-01"
}}
""")
        self.assertEqual(0, self.terraform("init", mode="observe").status)
        applied = self.terraform("apply", "-auto-approve")
        self.assertIn("1 imported", applied.stdout)
        (change,) = json.loads(self.changes.read_text())["changes"]
        self.assertEqual("update", change["kind"])
        self.assertIn("tags.env", json.dumps(change["fields"]))
        self.assertIn("~ update", applied.stderr)


class Az(DryRunCase):
    def az(self, *arguments, status=0):
        copy = self.stage.folder / "homes" / f"copy-{self.id()}"
        if not copy.exists():
            shutil.copytree(self.home(), copy)
        return self.rehearse([AZ, *arguments], copy, status=status)

    def shown(self, *arguments):
        return json.loads(self.az(*arguments, "-o", "json").stdout)

    def test_groups_are_created_listed_updated_and_deleted(self):
        self.stage.arm.put(f"{GROUPS}/real", {"location": "westeurope"})
        made = self.shown("group", "create", "-n", "g", "-l", "westeurope")
        self.assertEqual("Succeeded", made["properties"]["provisioningState"])
        self.assertEqual({"real", "g"}, {one["name"] for one in self.shown("group", "list")})
        tagged = self.shown("group", "update", "-n", "g", "--set", "tags.a=b")
        self.assertEqual({"a": "b"}, tagged["tags"])
        self.assertEqual("true\n", self.az("group", "exists", "-n", "g").stdout)
        self.az("group", "delete", "-n", "real", "--yes")
        self.assertEqual({"g"}, {one["name"] for one in self.shown("group", "list")})
        self.az("group", "show", "-n", "real", status=3)
        self.assertEqual([("create", "g"), ("update", "g"), ("delete", "real")], self.listed())

    def test_a_storage_account_is_created_shown_and_its_keys_are_no_real_ones(self):
        self.az("group", "create", "-n", "g", "-l", "westeurope")
        made = self.shown("storage", "account", "create", "-g", "g", "-n", "armgatestore1",
                          "-l", "westeurope", "--sku", "Standard_LRS")
        self.assertEqual("https://armgatestore1.blob.core.windows.net/",
                         made["primaryEndpoints"]["blob"])
        self.assertEqual("Standard_LRS", self.shown(
            "storage", "account", "show", "-g", "g", "-n", "armgatestore1")["sku"]["name"])
        keys = self.shown("storage", "account", "keys", "list", "-g", "g", "-n", "armgatestore1")
        self.assertEqual(["key1", "key2"], [key["keyName"] for key in keys])
        listed = self.shown("storage", "account", "list", "-g", "g")
        self.assertEqual(["armgatestore1"], [one["name"] for one in listed])
        self.az("tag", "create", "--resource-id", made["id"], "--tags", "a=b")
        self.assertEqual({"a": "b"}, self.shown(
            "storage", "account", "show", "-g", "g", "-n", "armgatestore1")["tags"])
        self.az("storage", "account", "delete", "-g", "g", "-n", "armgatestore1", "--yes")
        self.assertEqual(("delete", "armgatestore1"), self.listed()[-1])

    def test_a_key_vault_is_created_and_its_data_plane_is_refused_with_the_reason(self):
        self.az("group", "create", "-n", "g", "-l", "westeurope")
        made = self.shown("keyvault", "create", "-g", "g", "-n", "armgatevault1", "-l",
                          "westeurope", "--enable-rbac-authorization", "true")
        self.assertEqual("https://armgatevault1.vault.azure.net/",
                         made["properties"]["vaultUri"])
        secret = self.az("keyvault", "secret", "set", "--vault-name", "armgatevault1", "-n", "s",
                         "--value", "planted-secret-value", status=1)
        self.assertIn("armgatevault1 was only rehearsed", secret.stderr)
        self.assertNotIn("planted-secret-value", self.changes.read_text())

    def test_a_machine_with_its_network_is_created_shown_and_stopped(self):
        self.stage.arm.put(IMAGE, {"location": "westeurope", "properties": {
            "hyperVGeneration": "V2", "osDiskImage": {"operatingSystem": "Linux"},
            "dataDiskImages": []}})
        self.az("group", "create", "-n", "g", "-l", "westeurope")
        made = self.shown("vm", "create", "-g", "g", "-n", "vm1", "--image", URN,
                          "--admin-username", "olaf", "--admin-password", "Planted-Pass-1234",
                          "--size", "Standard_B1s", "--public-ip-sku", "Standard")
        self.assertEqual("VM running", made["powerState"])
        self.assertTrue(made["privateIpAddress"])
        self.assertEqual(["vm1"], [one["name"] for one in self.shown("vm", "list", "-g", "g")])
        self.az("vm", "deallocate", "-g", "g", "-n", "vm1")
        self.assertEqual("VM deallocated", self.shown("vm", "show", "-d", "-g", "g", "-n", "vm1")[
            "powerState"])
        made_by_it = {name for kind, name in self.listed() if kind == "create"}
        self.assertLessEqual({"vm1VNET", "vm1NSG", "vm1PublicIP", "vm1VMNic", "vm1"}, made_by_it)
        self.assertNotIn("Planted-Pass", self.changes.read_text())
        self.az("vm", "delete", "-g", "g", "-n", "vm1", "--yes")
        self.assertEqual(("delete", "vm1"), self.listed()[-1])

    def test_a_template_is_deployed_with_its_operations_and_outputs(self):
        self.az("group", "create", "-n", "g", "-l", "westeurope")
        template = self.stage.folder / "template.json"
        template.write_text(json.dumps({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/"
                       "deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"name": {"type": "string"}},
            "variables": {"id": "[resourceId('Microsoft.Network/virtualNetworks', "
                                "parameters('name'))]"},
            "resources": [{
                "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-05-01",
                "name": "[parameters('name')]", "location": "[resourceGroup().location]",
                "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}],
            "outputs": {"id": {"type": "string", "value": "[variables('id')]"}}}))
        done = self.shown("deployment", "group", "create", "-g", "g", "-n", "d", "-f",
                          str(template), "-p", "name=vnet9")
        self.assertEqual("Succeeded", done["properties"]["provisioningState"])
        self.assertTrue(done["properties"]["outputs"]["id"]["value"].endswith("/vnet9"))
        shown = self.shown("network", "vnet", "show", "-g", "g", "-n", "vnet9")
        self.assertEqual("westeurope", shown["location"])
        self.assertIn(("create", "vnet9"), self.listed())
