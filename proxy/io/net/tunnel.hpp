// Bytes both ways, untouched, for hosts that are not intercepted. The first bytes of the client are
// looked at before they go on: a ClientHello that names an ARM host never passes blindly.
#pragma once

#include "core/arm/hosts.hpp"
#include "core/trace/record.hpp"
#include "io/net/input_buffer.hpp"
#include "io/net/limits.hpp"
#include "io/net/stream.hpp"

#include <memory>

namespace armgate::io {

class DryRun;

class Tunnel {
  public:
    /// `before` holds what the client sent together with CONNECT.
    Tunnel(Stream& client, Stream& server, InputBuffer& before, const Limits& limits);

    /// Which names a handshake inside may not ask for; both outlive the tunnel.
    struct Forbidden {
        const arm::ArmHosts& hosts;
        const DryRun* dry_run;  ///< outside of a dry run: nullptr
    };

    /// Runs until both sides are done, or nothing has moved for `tunnel_idle`. Counts the bytes and
    /// names the fault in `record`.
    [[nodiscard]] awaitable<void> run(const Forbidden& names, trace::TunnelRecord& record);

  private:
    enum class Sniffed { passes, refused };
    struct Bond;
    using SharedBond = std::shared_ptr<Bond>;
    struct Ends {
        Stream& from;
        Stream& to;
    };

    [[nodiscard]] awaitable<Sniffed> sniff(const Forbidden& names, trace::TunnelRecord& record);
    [[nodiscard]] awaitable<void> pump_client(const Forbidden& names,
                                              SharedBond bond,
                                              trace::TunnelRecord& record);
    /// The server's direction; its end is noted in `bond`, however it comes.
    [[nodiscard]] awaitable<void> pump_server(SharedBond bond, std::uint64_t& count);
    [[nodiscard]] awaitable<void> pump(Ends ends, SharedBond bond, std::uint64_t& count);
    [[nodiscard]] awaitable<bool> send_all(Stream& to, std::string_view bytes, SharedBond bond);
    void touch();
    void cut();

    Stream& client_;
    Stream& server_;
    InputBuffer& before_;
    const Limits& limits_;
    SteadyTime hello_until_ = SteadyTime::max();  ///< while a ClientHello is under way
};

/// What to do with the client's first bytes in a tunnel to anything but an ARM name.
struct SniffResult {
    enum class Kind { need_more, pass, arm_host, malformed } kind = Kind::need_more;
    std::string server_name;  ///< normal form, where the hello names one
    bool is_tls = false;      ///< a whole ClientHello
};
[[nodiscard]] SniffResult sniff_bytes(std::string_view bytes, const arm::ArmHosts& hosts);

}  // namespace armgate::io
