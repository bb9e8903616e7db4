#include "core/base/json.hpp"

#include <cmath>
#include <string>
#include <unordered_set>
#include <vector>

#include <nlohmann/json.hpp>

namespace armgate::base {
namespace {

/// Watches the parser's events without keeping values: depth, duplicate keys, infinite numbers.
class Guard : public nlohmann::json_sax<nlohmann::json> {
  public:
    Guard(std::size_t max_depth, DuplicateKeys duplicates)
        : max_depth_(max_depth), duplicates_(duplicates) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t value, const string_t&) override {
        return std::isfinite(value);
    }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override {
        keys_.emplace_back();
        return keys_.size() <= max_depth_;
    }
    bool key(string_t& name) override {
        if (keys_.back().insert(name).second) return true;
        duplicate_ = true;
        return duplicates_ == DuplicateKeys::keep_last;
    }
    bool end_object() override { return pop(); }
    bool start_array(std::size_t) override {
        keys_.emplace_back();
        return keys_.size() <= max_depth_;
    }
    bool end_array() override { return pop(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }
    [[nodiscard]] bool duplicate() const noexcept { return duplicate_; }

  private:
    bool pop() {
        keys_.pop_back();
        return true;
    }

    std::vector<std::unordered_set<std::string>> keys_;
    std::size_t max_depth_;
    DuplicateKeys duplicates_;
    bool duplicate_ = false;
};

}  // namespace

std::optional<nlohmann::json> parse_json(std::string_view text,
                                         std::size_t max_depth,
                                         DuplicateKeys duplicates,
                                         bool* duplicate) {
    // nlohmann skips a byte order mark and takes a NUL for the end of the input.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    if (text.substr(0, 3) == "\xEF\xBB\xBF") return std::nullopt;
    Guard guard(max_depth, duplicates);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &guard)) {
        if (duplicate != nullptr) *duplicate = guard.duplicate();
        return std::nullopt;
    }
    auto value = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    if (value.is_discarded()) return std::nullopt;
    return value;
}

}  // namespace armgate::base
