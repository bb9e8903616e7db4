"""What `armgate run` and `armgate env` set, seen by the clients that need more than a bundle.

wget reads its CA from a wgetrc alone, Java from its own kind of store; both are checked with what
the user had before, which must go on working: the fakes are only trusted through it.
"""

import pathlib
import shutil
import subprocess
import unittest

import people
from client_case import GROUPS, ClientCase
from harness import missing

TARGET = f"https://management.azure.com{GROUPS}?api-version=2021-04-01"
SIGN_IN = f"https://login.microsoftonline.com/{people.TENANT}/v2.0/.well-known/openid-configuration"

JAVA_CLIENT = """
import java.net.*;
import java.net.http.*;

public class Client {
    public static void main(String[] args) throws Exception {
        for (String url : args) {
            HttpURLConnection plain = (HttpURLConnection) new URL(url).openConnection();
            System.out.println("HttpURLConnection " + plain.getResponseCode());
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
            HttpResponse<Void> answer = HttpClient.newHttpClient().send(
                request, HttpResponse.BodyHandlers.discarding());
            System.out.println("HttpClient " + answer.statusCode());
        }
    }
}
"""


def setUpModule():
    ClientCase.open_stage()


class WiringCase(ClientCase):
    def setUp(self):
        self.stage.arm.reset()
        self.home = self.stage.folder / f"home of {self.id().rsplit('.', 1)[1]}"
        self.home.mkdir()

    def tools(self, done):
        return [record["client"]["tool"] for record in done.requests()]


class Wget(WiringCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("wget") is None:
            missing("wget is not installed")

    def wget(self, *arguments, **variables):
        return self.run_client(["wget", "--no-verbose", "--tries=1", "--content-on-error", "-O-",
                                *arguments, TARGET], self.home, "observe", **variables)

    def test_without_a_wgetrc_of_the_users(self):
        done = self.wget()
        self.assertEqual(["wget"], self.tools(done), f"{done}")
        self.assertEqual(401, done.requests()[0]["response"]["status"], f"{done}")

    def test_what_the_users_wgetrc_says_holds_except_what_leads_past_armgate(self):
        (self.home / ".wgetrc").write_text("user_agent = mine/1.0\nno_proxy = azure.com\n")
        done = self.wget()
        self.assertEqual(["mine"], self.tools(done), f"{done}")
        self.assertIn("'no_proxy' of your wgetrc", done.stderr)

    def test_without_the_variable_it_is_named_though_wget_may_send_no_alert(self):
        done = self.run_client(["env", "-u", "WGETRC", "-u", "SSL_CERT_FILE", "wget", "--tries=1",
                                "-qO-", TARGET], self.home, "observe")
        self.assertEqual([], done.requests(), f"{done}")
        self.assertRegex(done.stderr, r"armgate: wget .* lack(s)? WGETRC=/")

    def test_a_wgetrc_that_the_user_names(self):
        own = self.home / "own.rc"
        own.write_text(f"user_agent = named/1.0\nca_certificate = {self.stage.bundle}\n")
        done = self.wget(WGETRC=str(own))
        self.assertEqual(["named"], self.tools(done), f"{done}")


class Java(WiringCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("java") is None or shutil.which("javac") is None:
            missing("java and javac are not installed")

    def java(self, *urls, options=("--no-proxy-auth",), **variables):
        source = self.home / "Client.java"
        source.write_text(JAVA_CLIENT)
        return self.run_client(["java", source, *urls], self.home, "observe", options=options,
                               **variables)

    def test_both_clients_of_the_jdk_reach_arm_and_the_tunnel(self):
        done = self.java(TARGET, SIGN_IN)
        self.assertEqual("HttpURLConnection 401\nHttpClient 401\n"
                         "HttpURLConnection 200\nHttpClient 200\n", done.stdout, f"{done}")
        self.assertEqual(["java", "java-http-client"], self.tools(done), f"{done}")

    def test_a_folder_with_spaces_and_options_of_the_users(self):
        folder = self.stage.folder / "a folder with spaces"
        folder.mkdir()
        done = self.java(TARGET, TMPDIR=str(folder), JAVA_TOOL_OPTIONS="-Dmine='of mine'")
        self.assertEqual(["java", "java-http-client"], self.tools(done), f"{done}")
        self.assertIn("-Dmine='of mine' ", done.stderr)

    def test_a_store_of_the_users_goes_on_to_be_trusted(self):
        store = self.home / "own.p12"
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "corp", "-file",
                        self.stage.pki.ca, "-keystore", store, "-storepass", "secret"],
                       check=True, capture_output=True, timeout=60)
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        done = self.java(
            TARGET, SIGN_IN, SSL_CERT_FILE=bundle, REQUESTS_CA_BUNDLE=bundle,
            CURL_CA_BUNDLE=bundle,
            JAVA_TOOL_OPTIONS=f"-Djavax.net.ssl.trustStore='{store}' "
                              "-Djavax.net.ssl.trustStorePassword=secret")
        self.assertIn("HttpClient 200", done.stdout, f"{done}")
        self.assertEqual(["java", "java-http-client"], self.tools(done), f"{done}")

    def test_a_store_that_cannot_be_read_is_said_and_the_usual_roots_hold(self):
        done = self.java(TARGET, SIGN_IN,
                         JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=/nonexistent.jks")
        self.assertIn("cannot be kept: ", done.stderr)
        self.assertIn("/nonexistent.jks", done.stderr)
        self.assertIn("HttpClient 200", done.stdout, f"{done}")

    def test_with_credentials_it_is_turned_away_aloud_and_the_option_is_named(self):
        done = self.java(TARGET, options=())
        self.assertEqual([], done.requests(), "never past armgate, never in silence")
        self.assertIn("Java reached armgate without the proxy's credentials", done.stderr)
        self.assertIn("next: try again with 'armgate run --no-proxy-auth'", done.stderr)


class Env(WiringCase):
    """`eval "$(armgate env)"` for a running proxy, in a real shell."""

    def test_wget_and_java_are_wired_and_undone(self):
        environment = self.stage.environment(self.home, JAVA_TOOL_OPTIONS="-Dmine=1")
        proxy = subprocess.Popen(
            [self.stage.armgate, "proxy", "--listen", "127.0.0.1:0", *self.stage._routes(),
             "--upstream-ca", self.stage.pki.ca], env=environment, stderr=subprocess.PIPE, text=True)
        try:
            line = proxy.stderr.readline()
            address = line.rsplit(" ", 1)[1].strip()
            script = (
                'eval "$("$ARMGATE" env --listen "$ADDRESS")"\n'
                'wget -q --tries=1 --header "Authorization: Bearer $TOKEN" -O- "$TARGET"\n'
                'echo; echo "$WGETRC"\n'
                'echo "$JAVA_TOOL_OPTIONS"; stat -c "%a %n" "$WGETRC"\n'
                'ls "$(dirname "$WGETRC")"\n'
                'eval "$("$ARMGATE" env --undo)"\n'
                'echo "after: $JAVA_TOOL_OPTIONS ${WGETRC-unset} ${HTTPS_PROXY-unset}"\n')
            done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60,
                                  env={**environment, "ARMGATE": self.stage.armgate,
                                       "ADDRESS": address, "TARGET": TARGET,
                                       "TOKEN": people.access_token(people.WITH_MFA)})
        finally:
            proxy.terminate()
            proxy.communicate(timeout=10)
        self.assertIn('{"value"', done.stdout.replace(" ", ""), "what ARM answered wget")
        folder = pathlib.Path(environment["XDG_CONFIG_HOME"]) / "armgate"
        self.assertIn(f"600 {folder}/wgetrc\n", done.stdout)
        self.assertIn("-Dmine=1 ", done.stdout)
        self.assertIn(f"trustStore={folder}/env-bundle.jks", done.stdout.replace('"', ""))
        self.assertIn("\nbundle.jks\n", done.stdout)
        self.assertTrue(done.stdout.endswith("after: -Dmine=1 unset unset\n"), done.stdout)


if __name__ == "__main__":
    unittest.main()
