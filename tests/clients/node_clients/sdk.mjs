// A small program on the Azure SDK for JavaScript: signs in, then takes the steps it is told.
//
//   sdk.mjs secret|password|device STEP...      STEP: list, create:NAME, delete:NAME
//
// One line of JSON for each step on standard output; exit status 1 where one failed.
import { ResourceManagementClient } from "@azure/arm-resources";
import {
  ClientSecretCredential, DeviceCodeCredential, UsernamePasswordCredential,
} from "@azure/identity";

const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const env = process.env;

function signIn(way) {
  const tenantId = env.AZURE_TENANT_ID;
  if (way === "secret") {
    return new ClientSecretCredential(tenantId, env.AZURE_CLIENT_ID, env.AZURE_CLIENT_SECRET);
  }
  if (way === "password") {
    return new UsernamePasswordCredential(tenantId, AZURE_CLI, env.AZURE_USERNAME,
                                          env.AZURE_PASSWORD);
  }
  return new DeviceCodeCredential({
    tenantId, clientId: AZURE_CLI,
    userPromptCallback: (prompt) => console.error(prompt.message),
  });
}

async function take(groups, step, name) {
  if (step === "list") {
    const names = [];
    for await (const group of groups.list()) names.push(group.name);
    return names;
  }
  if (step === "create") {
    return (await groups.createOrUpdate(name, { location: "westeurope" })).name;
  }
  await groups.delete(name, { updateIntervalInMs: 1000 });
  return null;
}

const [way, ...steps] = process.argv.slice(2);
const client = new ResourceManagementClient(signIn(way), env.AZURE_SUBSCRIPTION_ID);
for (const argument of steps) {
  const [step, name] = argument.split(":");
  try {
    console.log(JSON.stringify({
      step: argument, value: await take(client.resourceGroups, step, name) }));
  } catch (error) {
    process.exitCode = 1;
    console.log(JSON.stringify({ step: argument, error: error.name, message: error.message }));
  }
}
