"""A small program on the Azure SDK for Python: signs in, then takes the steps it is told.

    client.py secret|password|device STEP...      STEP: list, create:NAME, delete:NAME

One line of JSON for each step on standard output; exit status 1 where one failed.
"""

import json
import os
import sys

from azure.core.exceptions import AzureError
from azure.identity import (ClientSecretCredential, DeviceCodeCredential,
                            UsernamePasswordCredential)
from azure.mgmt.resource.resources import ResourceManagementClient

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def sign_in(way):
    tenant = os.environ["AZURE_TENANT_ID"]
    if way == "secret":
        return ClientSecretCredential(tenant, os.environ["AZURE_CLIENT_ID"],
                                      os.environ["AZURE_CLIENT_SECRET"])
    if way == "password":
        return UsernamePasswordCredential(AZURE_CLI, os.environ["AZURE_USERNAME"],
                                          os.environ["AZURE_PASSWORD"], tenant_id=tenant)
    return DeviceCodeCredential(AZURE_CLI, tenant_id=tenant,
                                prompt_callback=lambda uri, code, _: print("enter", code, "at",
                                                                           uri, file=sys.stderr))


def take(groups, step, name):
    if step == "list":
        return [group.name for group in groups.list()]
    if step == "create":
        return groups.create_or_update(name, {"location": "westeurope"}).name
    return groups.begin_delete(name).result()


def main():
    client = ResourceManagementClient(sign_in(sys.argv[1]), os.environ["AZURE_SUBSCRIPTION_ID"])
    failed = 0
    for argument in sys.argv[2:]:
        step, _, name = argument.partition(":")
        try:
            said = {"step": argument, "value": take(client.resource_groups, step, name)}
        except AzureError as error:
            failed = 1
            said = {"step": argument, "error": type(error).__name__, "message": str(error)}
        print(json.dumps(said), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
