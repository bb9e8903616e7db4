// The start line and field section of one message (RFC 9110 section 6, RFC 9112), as values. Names
// and values keep the bytes of the peer; nothing here is checked, see field_syntax and framing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::http {

/// Views into the FieldList they come from; valid until it is changed, moved from or gone.
struct Field {
    std::string_view name;
    std::string_view value;
};

/// Fields in order of arrival, duplicates kept. One buffer for all of them: a head costs two
/// allocations, however many fields it has.
class FieldList {
  public:
    FieldList() = default;
    FieldList(FieldList&&) noexcept = default;
    FieldList& operator=(FieldList&&) noexcept = default;
    FieldList(const FieldList&) = delete;
    FieldList& operator=(const FieldList&) = delete;
    /// Overwrites what it holds with zeros: heads carry tokens.
    ~FieldList();

    void add(std::string_view name, std::string_view value);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] Field operator[](std::size_t index) const;

    /// Number of fields of that name, without case.
    [[nodiscard]] std::size_t count(std::string_view name) const;

    /// The first value of that name, without case.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

    /// All values of that name, in order.
    [[nodiscard]] std::vector<std::string_view> find_all(std::string_view name) const;

  private:
    struct Entry {
        std::uint32_t name_at, name_size, value_at, value_size;
    };
    [[nodiscard]] bool is_named(const Entry& entry, std::string_view name) const noexcept;

    std::string text_;
    std::vector<Entry> entries_;
};

struct RequestHead {
    std::string method;
    std::string target;
    int minor_version = 1;  ///< HTTP/1.<minor>: 0 or 1
    FieldList fields;
};

struct ResponseHead {
    unsigned status = 0;
    std::string reason;
    int minor_version = 1;
    FieldList fields;
};

}  // namespace armgate::http
