// The ARM model behind real TLS on a loopback port, with a throw-away CA: what `armgate demo` and
// the tests connect to. Owns one thread.
#pragma once

#include "core/base/error.hpp"
#include "io/net/asio.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace armgate::io {

class Simulator {
  public:
    [[nodiscard]] static Result<std::unique_ptr<Simulator>> start();
    ~Simulator();

    [[nodiscard]] std::uint16_t port() const;
    /// The certificate that its leaf for management.azure.com chains to.
    [[nodiscard]] std::string ca_pem() const;
    /// Writes that arrived so far.
    [[nodiscard]] std::uint64_t writes() const;

  private:
    struct Impl;
    explicit Simulator(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace armgate::io
