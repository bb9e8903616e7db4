import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** The JDK's own HTTP client, without any Azure library: {@code JdkClient URL}, prints the status. */
public final class JdkClient {
    private JdkClient() {}

    public static void main(String[] arguments) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                .header("Authorization", "Bearer " + System.getenv("ARM_TOKEN")).build();
        System.out.println(HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding()).statusCode());
    }
}
