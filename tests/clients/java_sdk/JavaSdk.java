import com.azure.core.credential.TokenCredential;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.profile.AzureProfile;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DeviceCodeCredentialBuilder;
import com.azure.identity.UsernamePasswordCredentialBuilder;
import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import com.azure.resourcemanager.resources.ResourceManager;
import com.azure.resourcemanager.resources.models.ResourceGroup;
import com.azure.resourcemanager.resources.models.ResourceGroups;
import java.io.IOException;
import java.io.StringWriter;

/**
 * A small program on the Azure SDK for Java: signs in, then takes the steps it is told.
 *
 * <p>{@code JavaSdk secret|password|device STEP...}, where STEP is list, create:NAME or
 * delete:NAME. One line of JSON for each step on standard output; exit status 1 where one failed.
 */
public final class JavaSdk {
    private static final String AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    private static final String TENANT = System.getenv("AZURE_TENANT_ID");

    private JavaSdk() {}

    public static void main(String[] arguments) throws IOException {
        AzureProfile profile = new AzureProfile(
                TENANT, System.getenv("AZURE_SUBSCRIPTION_ID"), AzureEnvironment.AZURE);
        ResourceGroups groups = ResourceManager.authenticate(signIn(arguments[0]), profile)
                .withDefaultSubscription().resourceGroups();
        boolean failed = false;
        for (int at = 1; at < arguments.length; at++) {
            StringWriter line = new StringWriter();
            try (JsonWriter json = JsonProviders.createWriter(line)) {
                json.writeStartObject().writeStringField("step", arguments[at]);
                failed |= !take(groups, arguments[at], json);
                json.writeEndObject();
            }
            System.out.println(line);
        }
        System.exit(failed ? 1 : 0);
    }

    private static boolean take(ResourceGroups groups, String argument, JsonWriter json)
            throws IOException {
        String name = argument.substring(argument.indexOf(':') + 1);
        try {
            if (argument.equals("list")) {
                json.writeStartArray("value");
                for (ResourceGroup group : groups.list()) {
                    json.writeString(group.name());
                }
                json.writeEndArray();
            } else if (argument.startsWith("create:")) {
                String made = groups.define(name).withRegion("westeurope").create().name();
                json.writeStringField("value", made);
            } else {
                groups.deleteByName(name);
            }
            return true;
        } catch (RuntimeException error) {
            json.writeStringField("error", error.getClass().getSimpleName());
            json.writeStringField("message", error.getMessage());
            return false;
        }
    }

    @SuppressWarnings("deprecation") // a password is how many scripts still sign in
    private static TokenCredential signIn(String way) {
        switch (way) {
            case "secret":
                return new ClientSecretCredentialBuilder().tenantId(TENANT)
                        .clientId(System.getenv("AZURE_CLIENT_ID"))
                        .clientSecret(System.getenv("AZURE_CLIENT_SECRET")).build();
            case "password":
                return new UsernamePasswordCredentialBuilder().tenantId(TENANT).clientId(AZURE_CLI)
                        .username(System.getenv("AZURE_USERNAME"))
                        .password(System.getenv("AZURE_PASSWORD")).build();
            default:
                return new DeviceCodeCredentialBuilder().tenantId(TENANT).clientId(AZURE_CLI)
                        .challengeConsumer(prompt -> System.err.println(prompt.getMessage()))
                        .build();
        }
    }
}
