// A wgetrc file: wget has no variable for a CA, only WGETRC, which takes the place of ~/.wgetrc.
// Pure: text in, text out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace armgate::wiring {

struct Wgetrc {
    std::string kept;                  ///< the lines that stay, each ended by LF
    std::string ca_certificate;        ///< the last one named; empty where there is none
    std::vector<std::string> dropped;  ///< commands left out, by name
};

/// Reads the user's file. Left out is what would lead ARM's hosts past the proxy: `https_proxy`,
/// `use_proxy`, and a `no_proxy` that covers one of `arm_hosts`. Source: wget manual, "Wgetrc
/// Syntax": names without regard to case, `-` and `_`.
[[nodiscard]] Wgetrc read_wgetrc(std::string_view text, const std::vector<std::string>& arm_hosts);

}  // namespace armgate::wiring
