// A client as az and the SDKs are on the wire: CONNECT through the proxy, TLS that trusts the
// proxy's CA, requests one after the other. For the demo; blocks its thread.
#pragma once

#include "core/base/error.hpp"
#include "io/net/asio.hpp"

#include <memory>
#include <string>

namespace armgate::io {

struct ClientRequest {
    std::string method;
    std::string target;
    std::string authorization;
    std::string body;
};

struct ClientResponse {
    unsigned status = 0;
    std::string location;  ///< Location, or Azure-AsyncOperation where there is one
    std::string www_authenticate;
    std::string body;
};

class DemoClient {
  public:
    /// `host` is asked for through the proxy at `proxy`; its certificate must chain to `ca_pem`.
    [[nodiscard]] static Result<std::unique_ptr<DemoClient>> connect(const tcp::endpoint& proxy,
                                                                     const std::string& host,
                                                                     const std::string& ca_pem);
    ~DemoClient();

    [[nodiscard]] Result<ClientResponse> send(const ClientRequest& request);

  private:
    struct Impl;
    explicit DemoClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace armgate::io
