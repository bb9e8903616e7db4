// What `armgate tenant` says, in lines for people and as JSON. Pure.
#pragma once

#include "core/tenant/inquiry.hpp"

#include <string>

namespace armgate::tenant {

struct Answer {
    std::string cloud;
    std::string host;
    std::string tenant;
    std::string asked_as;  ///< who the token is of; empty: not known
    Finding writes;
    Finding deletes;
};

/// True where both halves could be told.
[[nodiscard]] bool is_told(const Answer& answer) noexcept;

/// The answer for a cloud without mandatory MFA, which nobody needs to be asked for.
[[nodiscard]] Answer out_of_scope(const std::string& cloud, const std::string& host);

/// Lines, printable ASCII; ends in LF.
[[nodiscard]] std::string answer_text(const Answer& answer);

/// One JSON object (schema `armgate.tenant/1`), pretty-printed; ends in LF.
[[nodiscard]] std::string answer_json(const Answer& answer);

}  // namespace armgate::tenant
