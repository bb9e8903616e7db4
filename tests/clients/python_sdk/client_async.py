"""The asynchronous Azure SDK for Python: another HTTP library (aiohttp), another way to its roots.

    client_async.py NAME      makes the resource group NAME, prints its name

With ARM_TOKEN set it carries that token, and a claims challenge gets it no other.
"""

import asyncio
import os
import sys
import time

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.identity.aio import ClientSecretCredential
from azure.mgmt.resource.resources.aio import ResourceManagementClient


class Given:
    async def get_token(self, *_scopes, **_more):
        return AccessToken(os.environ["ARM_TOKEN"], int(time.time()) + 3600)

    async def close(self):
        pass


async def main(name):
    credential = Given() if "ARM_TOKEN" in os.environ else ClientSecretCredential(
        os.environ["AZURE_TENANT_ID"], os.environ["AZURE_CLIENT_ID"],
        os.environ["AZURE_CLIENT_SECRET"])
    async with ResourceManagementClient(credential,
                                        os.environ["AZURE_SUBSCRIPTION_ID"]) as client:
        try:
            group = await client.resource_groups.create_or_update(name,
                                                                  {"location": "westeurope"})
            print(group.name)
        except HttpResponseError as error:
            print(type(error).__name__, error.status_code, error.error.code)
            return 1
        finally:
            await credential.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1])))
