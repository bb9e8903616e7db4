#include "core/base/json.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

using nlohmann::json;

/// Builds the value from the parser's events and guards it in the same pass: depth, duplicate keys,
/// finite numbers. Guarding first and parsing again cost twice the time at every request.
class GuardedBuilder {
  public:
    using number_integer_t = json::number_integer_t;
    using number_unsigned_t = json::number_unsigned_t;
    using number_float_t = json::number_float_t;
    using string_t = json::string_t;
    using binary_t = json::binary_t;

    GuardedBuilder(json& root, std::size_t max_depth, DuplicateKeys duplicates)
        : root_(root), max_depth_(max_depth), duplicates_(duplicates) {}

    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(number_integer_t value) { return add(value); }
    bool number_unsigned(number_unsigned_t value) { return add(value); }
    bool number_float(number_float_t value, const string_t&) {
        return std::isfinite(value) && add(value);
    }
    bool string(string_t& value) { return add(std::move(value)); }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(json::value_t::object); }
    bool start_array(std::size_t) { return open(json::value_t::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        auto& object = open_.back()->get_ref<json::object_t&>();
        const auto [at, inserted] = object.try_emplace(std::move(name));
        member_ = &at->second;
        return inserted || duplicates_ == DuplicateKeys::keep_last ||
               fail(JsonFault::duplicate_key);
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
        return false;
    }
    [[nodiscard]] JsonFault fault() const noexcept { return fault_; }

  private:
    /// Where the next value belongs: the root, the end of the open array, or the member just named.
    json& slot() {
        if (open_.empty()) return root_;
        if (open_.back()->is_array()) return open_.back()->get_ref<json::array_t&>().emplace_back();
        return *member_;
    }
    template <class Value>
    bool add(Value&& value) {
        slot() = std::forward<Value>(value);
        return true;
    }
    bool open(json::value_t type) {
        if (open_.size() == max_depth_) return fail(JsonFault::too_deep);
        json& value = slot();
        value = json(type);
        // Stays valid while open: nothing is added to a parent before its child is closed.
        open_.push_back(&value);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    bool fail(JsonFault fault) {
        fault_ = fault;
        return false;
    }

    json& root_;
    std::vector<json*> open_;
    json* member_ = nullptr;
    std::size_t max_depth_;
    DuplicateKeys duplicates_;
    JsonFault fault_ = JsonFault::malformed;
};

void take_apart(json& value) noexcept {
    if (value.is_array()) {
        auto& elements = value.get_ref<json::array_t&>();
        for (json& element : elements) take_apart(element);
        elements.clear();
    } else if (value.is_object()) {
        auto& members = value.get_ref<json::object_t&>();
        for (auto& [name, member] : members) take_apart(member);
        members.clear();
    }
}

}  // namespace

TakenApart::~TakenApart() {
    if (value_) take_apart(*value_);
}

std::optional<nlohmann::json> parse_json(std::string_view text,
                                         std::size_t max_depth,
                                         DuplicateKeys duplicates,
                                         JsonFault* fault) {
    if (fault != nullptr) *fault = JsonFault::malformed;
    // nlohmann skips a byte order mark and takes a NUL for the end of the input.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    if (text.substr(0, 3) == "\xEF\xBB\xBF") return std::nullopt;
    std::optional<json> value(std::in_place);
    const TakenApart otherwise(value);
    GuardedBuilder builder(*value, max_depth, duplicates);
    // Pointers, not iterators: the checks of the latter cost a tenth of the time.
    if (json::sax_parse(text.data(), text.data() + text.size(), &builder)) {
        return std::exchange(value, std::nullopt);
    }
    if (fault != nullptr) *fault = builder.fault();
    return std::nullopt;
}

}  // namespace armgate::base
