#include "certs/openssl.hpp"
#include "cli/command.hpp"
#include "io/system/child.hpp"
#include "io/system/clean_memory.hpp"

#include <cstdio>
#include <exception>

/// Arguments in, exit status out; the only place that catches everything.
int main(int argc, char** argv) {
    // Before any other use of OpenSSL: what it frees is zeroed, and no configuration file may lower
    // what the code sets.
    armgate::io::clean_freed_memory();
    armgate::certs::initialise_openssl();
    armgate::io::harden_process();
    try {
        return armgate::cli::main_program(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "armgate: unexpected error: %s\n", error.what());
    } catch (...) {
        std::fprintf(stderr, "armgate: unexpected error\n");
    }
    return armgate::cli::kRuntimeError;
}
