// Host names: one normal form before any decision, and which hosts are ARM. Pure.
#pragma once

#include "core/base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::arm {

struct ArmRules;

/// Azure's public Resource Manager: what a bare path means, and what the simulator plays.
inline constexpr std::string_view kPublicArm = "management.azure.com";

/// Which ARM a host belongs to. Only the public cloud enforces (facts 0.2, 6.4).
enum class Cloud { none, azure_public, other };

/// Lower case, one trailing dot off. IPv6 in brackets loses them. Refused (`bad_host`): empty,
/// bytes other than letters, digits, `-`, `.`, `_` (addresses: what inet_pton takes), empty
/// labels, over 253 bytes. No IDNA guessing.
[[nodiscard]] Result<std::string> normalise_host(std::string_view host);

/// True for an IPv4 or IPv6 address in normal form (no brackets), never for a name.
[[nodiscard]] bool is_ip_address(std::string_view host) noexcept;

/// A host, or `*.suffix`: one or more labels before the suffix, not the suffix itself.
struct HostPattern {
    std::string name;  ///< in normal form, without `*.`
    bool suffix = false;

    /// Nothing for what is neither, for an address, and for a suffix of one label.
    [[nodiscard]] static std::optional<HostPattern> parse(std::string_view text);
    /// `host` in normal form.
    [[nodiscard]] bool matches(std::string_view host) const noexcept;
};

/// The hosts treated as ARM: the built-in ones of config/rules/hosts.json and `--intercept`.
class ArmHosts {
  public:
    /// `extra` holds names or `*.suffix` patterns, normalised here; an extra host counts as public
    /// ARM. Errors: `usage` for a pattern that is neither.
    [[nodiscard]] static Result<ArmHosts> make(const ArmRules& rules,
                                               const std::vector<std::string>& extra);

    /// `host` in normal form.
    [[nodiscard]] Cloud cloud_of(std::string_view host) const noexcept;
    [[nodiscard]] bool contains(std::string_view host) const noexcept {
        return cloud_of(host) != Cloud::none;
    }

    /// DNS names for the CA's name constraints: a host as it is, `*.suffix` as `suffix`.
    [[nodiscard]] std::vector<std::string> constraint_names() const;

  private:
    struct Pattern {
        HostPattern host;
        Cloud cloud;
    };
    std::vector<Pattern> patterns_;
};

}  // namespace armgate::arm
