// Made-up bearer tokens of the three people of the demo. Their signature says that they are fake.
// Pure.
#pragma once

#include "core/base/time.hpp"

#include <string>

namespace armgate::simulator {

enum class Person { user_without_mfa, user_with_mfa, service_principal };

/// The value of an Authorization field, `Bearer ...`, valid for an hour from `now`.
[[nodiscard]] std::string demo_authorization(Person person, base::Timestamp now);

[[nodiscard]] std::string person_name(Person person);

}  // namespace armgate::simulator
