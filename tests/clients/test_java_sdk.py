"""The Azure SDK for Java (azure-identity, azure-resourcemanager-resources) through armgate.

A JVM takes its roots from a trust store of its own form and looks at no proxy variable unless told
to; JAVA_TOOL_OPTIONS tells it both. The SDK then reads HTTPS_PROXY, credentials included. After a
claims challenge it sends the write once more with the token that it has: its request for a token
carries the claims, but azure-identity heeds them only where continuous access evaluation is on.
"""

import shutil
import unittest

import client_cache
import fake_arm
import people
from client_case import GROUPS, ClientCase
from harness import missing
from sdk_case import SdkMatrix

FOLDER = client_cache.HERE / "java_sdk"
SOURCES = (FOLDER / "JavaSdk.java", FOLDER / "JdkClient.java")
POM = FOLDER / "pom.xml"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
JAVA = CLASSES = None


def setUpModule():
    global JAVA, CLASSES
    ClientCase.open_stage()
    try:
        JAVA = client_cache.program("java")
        CLASSES = client_cache.ensure("java-sdk", build, POM, *SOURCES)
    except client_cache.Unavailable as reason:
        missing(str(reason))


def build(folder):
    """Maven only fetches; its repository goes again, what is needed of it stays."""
    maven, compiler = client_cache.program("mvn"), client_cache.program("javac")
    fetched = folder / "fetched"
    client_cache.must([maven, "-B", "-q", "-f", POM, f"-Dmaven.repo.local={fetched}", COPY,
                       f"-DoutputDirectory={folder / 'lib'}"], "mvn")
    shutil.rmtree(fetched)
    client_cache.must([compiler, "-cp", folder / "lib" / "*", "-d", folder, *SOURCES],
                      "javac")


class JavaSdk(SdkMatrix, ClientCase):
    TOOL = "azure-sdk-java"
    VERSION = "2.53.5"
    CHALLENGED = ("ManagementException", r'^Status code 401, .*"RequestDisallowedByAzure"')
    STEPS_UP = False
    TRIES = 2

    def command(self):
        return self.java("JavaSdk")

    def java(self, program):
        # A run is short: the JVM's first compiler alone gets there sooner.
        return [JAVA, "-XX:TieredStopAtLevel=1", "-cp", f"{CLASSES}:{CLASSES}/lib/*", program]

    def test_the_jdks_own_client_cannot_send_the_proxys_credentials(self):
        token = people.access_token(people.WITHOUT_MFA)
        for options, status in (((), "407"), (("--no-proxy-auth",), "200")):
            with self.subTest(status):
                done = self.run_client(
                    [*self.java("JdkClient"), f"https://{fake_arm.HOST}{GROUPS}"
                     "?api-version=2021-04-01"], self.stage.folder / "home", "enforce",
                    options=options, ARM_TOKEN=token)
                self.assertEqual((0, status), (done.status, done.stdout.strip()), f"{done}")
                self.assertEqual(["java-http-client"] if options else [],
                                 [r["client"]["tool"] for r in done.requests()])

    def test_run_tells_the_jvm_of_the_proxy_and_of_the_ca_and_not_of_the_credentials(self):
        done = self.run_client(["sh", "-c", 'printf "%s\\n" "$JAVA_TOOL_OPTIONS" "$HTTPS_PROXY"'],
                               self.stage.folder / "home", "observe")
        options, proxy = done.stdout.splitlines()
        address = proxy.rpartition("@")[2].rstrip("/")
        host, _, port = address.partition(":")
        for option in ("-Djavax.net.ssl.trustStore=", "-Djavax.net.ssl.trustStorePassword=changeit",
                       "-Djava.net.useSystemProxies=true", f"-Dhttps.proxyHost={host}",
                       f"-Dhttps.proxyPort={port}", "-Dhttp.nonProxyHosts="):
            self.assertIn(option, options)
        password = proxy.rpartition("@")[0].rpartition(":")[2]
        self.assertNotIn(password, options, "every JVM prints these options")


if __name__ == "__main__":
    unittest.main()
