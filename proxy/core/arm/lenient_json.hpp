// The JSON that ARM takes and az sends (facts/client-behaviour point 3): unquoted and single-quoted
// keys, // and /* */ comments, line breaks in strings, a comma before a closing bracket. Everything
// else is refused, so that what is judged here is what ARM reads. Pure; values are views into the
// document, and into the text it was read from, which must outlive it.
#pragma once

#include "core/base/error.hpp"
#include "core/base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::arm {

/// Bodies over these are not read. ARM takes templates of 4 MB; the proxy holds no more than this.
inline constexpr std::size_t kMaxBodyBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxBodyDepth = 64;
inline constexpr std::size_t kMaxBodyValues = 200'000;

/// What is taken before reading stops.
struct JsonLimits {
    std::size_t bytes = kMaxBodyBytes;
    std::size_t values = kMaxBodyValues;
    enum class Duplicates { refuse, keep } duplicates = Duplicates::refuse;
};

/// The containers last.
enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

/// What a document is made of. Only lenient_json and lenient_reader look into it.
struct JsonParts {
    /// A piece of the text; one that begins behind its end is a piece of `unescaped`.
    struct Span {
        std::uint32_t begin;
        std::uint32_t size;
    };
    /// Small and without a constructor, because a body has thousands of them. What a container
    /// holds follows it.
    struct Node {
        Span key;
        Span text;            ///< of a container all of it, brackets included
        std::uint32_t after;  ///< of a container: the first node that it does not hold
        std::uint32_t size_and_kind;

        [[nodiscard]] static constexpr std::uint32_t pack(std::uint32_t size,
                                                          JsonKind kind) noexcept {
            return size << kKindBits | static_cast<std::uint32_t>(kind);
        }
        [[nodiscard]] JsonKind kind() const noexcept {
            return static_cast<JsonKind>(size_and_kind % (1U << kKindBits));
        }
        [[nodiscard]] std::uint32_t size() const noexcept { return size_and_kind >> kKindBits; }
        [[nodiscard]] bool is_container() const noexcept { return kind() >= JsonKind::array; }

      private:
        static constexpr std::uint32_t kKindBits = 3;
    };
    /// Where a string stands that held escapes.
    struct Escaped {
        std::uint32_t unescaped;  ///< begin of its Span
        Span source;              ///< its quotes included
    };

    [[nodiscard]] std::string_view text_of(Span span) const noexcept {
        if (span.begin < source.size()) return {source.data() + span.begin, span.size};
        return {unescaped.data() + (span.begin - source.size()), span.size};
    }
    /// The node that follows `index` and all that it holds.
    [[nodiscard]] std::uint32_t after(std::uint32_t index) const noexcept {
        return nodes[index].is_container() ? nodes[index].after : index + 1;
    }

    std::string_view source;
    std::unique_ptr<Node[]> nodes;  ///< in the order of their begins
    std::string unescaped;          ///< strings that held escapes, one after the other
    std::vector<Escaped> escaped;   ///< ascending
};

class LenientJson;

/// One value of a document. Cheap to copy; valid as long as the document is neither destroyed nor
/// moved.
class JsonValue {
  public:
    [[nodiscard]] JsonKind kind() const noexcept;
    [[nodiscard]] bool is_string() const noexcept { return kind() == JsonKind::string; }
    [[nodiscard]] bool is_array() const noexcept { return kind() == JsonKind::array; }
    [[nodiscard]] bool is_object() const noexcept { return kind() == JsonKind::object; }
    [[nodiscard]] bool is_null() const noexcept { return kind() == JsonKind::null; }

    /// A string's text without escapes; of a number or literal what stands there.
    [[nodiscard]] std::string_view text() const noexcept;
    /// The name of an object's member; empty for other values.
    [[nodiscard]] std::string_view key() const noexcept;
    /// Elements of an array, members of an object; 0 for other values.
    [[nodiscard]] std::size_t size() const noexcept;
    /// The bytes of the value as they stand in the text, quotes and brackets included.
    [[nodiscard]] std::string_view source() const noexcept;
    /// The member of that name without ASCII case, as ARM compares names; nothing where there is
    /// none or where this is no object.
    [[nodiscard]] std::optional<JsonValue> member(std::string_view name) const noexcept;

    class Iterator {
      public:
        [[nodiscard]] JsonValue operator*() const noexcept { return {document_, index_}; }
        Iterator& operator++() noexcept;
        [[nodiscard]] bool operator==(const Iterator&) const noexcept = default;

      private:
        friend class JsonValue;
        Iterator(const LenientJson* document, std::uint32_t index) noexcept
            : document_(document), index_(index) {}
        const LenientJson* document_;
        std::uint32_t index_;
    };
    [[nodiscard]] Iterator begin() const noexcept;
    [[nodiscard]] Iterator end() const noexcept;

  private:
    friend class LenientJson;
    JsonValue(const LenientJson* document, std::uint32_t index) noexcept
        : document_(document), index_(index) {}
    const LenientJson* document_;
    std::uint32_t index_;
};

class LenientJson {
  public:
    /// Exactly one value. Errors: `body_too_large` over `limits.bytes`; `input_invalid` for more
    /// than kMaxBodyDepth brackets or `limits.values` values, for members of one object whose names
    /// differ in ASCII case alone or not at all, for NUL, byte order mark or bytes that are not
    /// UTF-8, and for all that is no JSON but for the liberties above.
    [[nodiscard]] static Result<LenientJson> parse(std::string_view text, JsonLimits limits = {});

    [[nodiscard]] JsonValue root() const noexcept { return {this, 0}; }

  private:
    friend class JsonValue;
    LenientJson() = default;

    JsonParts parts_;
};

// Inline: a walk over a body asks each of these for each of its values.
inline JsonKind JsonValue::kind() const noexcept {
    return document_->parts_.nodes[index_].kind();
}

inline std::string_view JsonValue::text() const noexcept {
    const auto& node = document_->parts_.nodes[index_];
    return node.is_container() ? std::string_view() : document_->parts_.text_of(node.text);
}

inline std::string_view JsonValue::key() const noexcept {
    return document_->parts_.text_of(document_->parts_.nodes[index_].key);
}

inline std::size_t JsonValue::size() const noexcept {
    return document_->parts_.nodes[index_].size();
}

inline JsonValue::Iterator& JsonValue::Iterator::operator++() noexcept {
    index_ = document_->parts_.after(index_);
    return *this;
}

inline JsonValue::Iterator JsonValue::begin() const noexcept {
    return {document_, index_ + 1};
}

inline JsonValue::Iterator JsonValue::end() const noexcept {
    return {document_, document_->parts_.after(index_)};
}

inline std::optional<JsonValue> JsonValue::member(std::string_view name) const noexcept {
    if (!is_object()) return std::nullopt;
    for (const JsonValue value : *this) {
        if (base::ascii_iequals(value.key(), name)) return value;
    }
    return std::nullopt;
}

}  // namespace armgate::arm
