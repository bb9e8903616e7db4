"""The Azure SDK for Java (azure-identity, azure-resourcemanager-resources) through armgate.

A JVM takes its roots from a trust store of its own form and looks at no proxy variable unless told
to; JAVA_TOOL_OPTIONS tells it both. The SDK then reads HTTPS_PROXY, credentials included. After a
claims challenge it sends the write once more with the token that it has: its request for a token
carries the claims, but azure-identity heeds them only where continuous access evaluation is on.
"""

import shutil
import unittest

import client_cache
from client_case import ClientCase
from harness import missing
from sdk_case import SdkMatrix

FOLDER = client_cache.HERE / "java_sdk"
SOURCE = FOLDER / "JavaSdk.java"
POM = FOLDER / "pom.xml"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
JAVA = CLASSES = None


def setUpModule():
    global JAVA, CLASSES
    ClientCase.open_stage()
    try:
        JAVA = client_cache.program("java")
        CLASSES = client_cache.ensure("java-sdk", build, POM, SOURCE)
    except client_cache.Unavailable as reason:
        missing(str(reason))


def build(folder):
    """Maven only fetches; its repository goes again, what is needed of it stays."""
    maven, compiler = client_cache.program("mvn"), client_cache.program("javac")
    fetched = folder / "fetched"
    client_cache.must([maven, "-B", "-q", "-f", POM, f"-Dmaven.repo.local={fetched}", COPY,
                       f"-DoutputDirectory={folder / 'lib'}"], "mvn")
    shutil.rmtree(fetched)
    client_cache.must([compiler, "-cp", folder / "lib" / "*", "-d", folder, SOURCE], "javac")


class JavaSdk(SdkMatrix, ClientCase):
    TOOL = "azure-sdk-java"
    VERSION = "2.53.5"
    CHALLENGED = ("ManagementException", r'^Status code 401, .*"RequestDisallowedByAzure"')
    STEPS_UP = False
    TRIES = 2

    def command(self):
        # Bytecode of one run, on two cores: the first compiler alone starts a second faster.
        return [JAVA, "-XX:TieredStopAtLevel=1", "-cp", f"{CLASSES}:{CLASSES}/lib/*", "JavaSdk"]

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
