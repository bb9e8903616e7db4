#include "certs/openssl.hpp"
#include "cli/command.hpp"

#include <cstdio>
#include <exception>

/// Arguments in, exit status out; the only place that catches everything.
int main(int argc, char** argv) {
    // Before any other use of OpenSSL: no configuration file may lower what the code sets.
    armgate::certs::initialise_openssl();
    try {
        return armgate::cli::main_program(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "armgate: unexpected error: %s\n", error.what());
    } catch (...) {
        std::fprintf(stderr, "armgate: unexpected error\n");
    }
    return armgate::cli::kRuntimeError;
}
