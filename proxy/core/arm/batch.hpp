// The items of a `/batch` (facts 2.6): read one by one, a smaller batch without some of them, and
// ARM's answer to it with the answers given here put back in place. Pure.
#pragma once

#include "core/arm/hosts.hpp"
#include "core/arm/lenient_json.hpp"
#include "core/base/error.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace armgate::arm {

struct ArmRules;

/// One item. Views into the document.
struct BatchItem {
    std::string_view name;
    std::string_view method;
    std::string_view path;  ///< undecoded, without query
    std::optional<JsonValue> content;
};

/// Who receives the batch: an item's absolute URL must lead to the same ARM.
struct BatchHost {
    std::string_view host;  ///< in normal form; may be empty
    Cloud cloud = Cloud::azure_public;
};

/// All items, in order. Errors: `input_invalid` where one cannot be told for certain: no name,
/// method or address, two of one name, another host, an unknown method, a target that the proxy
/// would not forward, fields that say who acts or what is done.
[[nodiscard]] Result<std::vector<BatchItem>> read_batch(JsonValue body,
                                                        const BatchHost& to,
                                                        const ArmRules& rules);

/// The batch without the items at the positions `refused` (ascending): what is kept is kept byte
/// for byte. Errors: as LenientJson::parse; `input_invalid` where there is no such item.
[[nodiscard]] Result<std::string> batch_without(std::string_view body,
                                                std::span<const std::size_t> refused);

/// An answer to one item that was not sent on.
struct BatchAnswer {
    std::string name;
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string content;  ///< one JSON value
};

/// ARM's answers lie in a larger limit than a request: up to 500 answers to reads.
inline constexpr std::size_t kMaxBatchAnswerBytes = std::size_t{8} << 20U;

/// The envelope `answer` with the answers to `refused` among its responses, in the order of
/// `names`, those of the whole request; what ARM answered is kept byte for byte, and answers to no
/// name of the request come last. Errors: `body_too_large`; `input_invalid` where `answer` is no
/// object with an array `responses` (formerly `value`).
[[nodiscard]] Result<std::string> merge_batch_answer(std::string_view answer,
                                                     std::span<const std::string_view> names,
                                                     std::span<const BatchAnswer> refused);

/// The envelope where nothing was sent on at all.
[[nodiscard]] std::string batch_answer(std::span<const BatchAnswer> refused);

}  // namespace armgate::arm
