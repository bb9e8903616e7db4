// What to say of a client that broke off TLS because it does not trust our CA: who it is, as far as
// that can be known, and the one variable that it lacks (contract section 4). Pure.
#pragma once

#include "core/wiring/rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace armgate::wiring {

/// What is known of the client. There is no request to learn from: it never got that far, and a
/// tool that sent one earlier does trust us.
struct UntrustingClient {
    std::string host;        ///< that it wanted to reach
    std::string user_agent;  ///< of its CONNECT; az, Python and some of Node send none
    std::string command;     ///< that `armgate run` started; empty for `armgate proxy`
};

/// Which client this is: by its User-Agent; where it has none, by the command. Null where it cannot
/// be known. Borrowed from `rules`.
[[nodiscard]] const ClientRule* recognise_client(const UntrustingClient& client,
                                                 const WiringRules& rules);

/// How sure it is that the client does not trust us.
enum class Doubt {
    none,  ///< its alert said so
    some   ///< it left without a request, as it does where it does not trust us
};

struct UntrustingReport {
    std::string kind;  ///< equal for what need not be said twice
    std::string who;
    std::string remedy;  ///< `VARIABLE=value`, or the common ones
    std::string source;  ///< where the variable comes from
    std::string note;    ///< sentences; may be empty
    Doubt doubt = Doubt::none;

    /// One line without LF.
    [[nodiscard]] std::string sentence() const;
};

/// `folder`: where bundle.pem, ca.pem and the others are. Printable ASCII, tokens hidden.
[[nodiscard]] UntrustingReport report_untrusting(const UntrustingClient& client,
                                                 std::string_view folder,
                                                 const WiringRules& rules);

/// The same for a client that left after the handshake without a request; nothing where it is not
/// one that then does not trust us.
[[nodiscard]] std::optional<UntrustingReport> report_left(const UntrustingClient& client,
                                                          std::string_view folder,
                                                          const WiringRules& rules);

/// What to say of a client that did not send the proxy's credentials; one line without LF.
[[nodiscard]] std::string report_without_credentials(const UntrustingClient& client,
                                                     const WiringRules& rules);

}  // namespace armgate::wiring
