#include "core/trace/json_line.hpp"

#include "core/base/redact.hpp"
#include "core/base/text.hpp"

namespace armgate::trace {

std::string& JsonLine::raw(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
}

void JsonLine::open() {
    out_ += '{';
    first_ = true;
}

void JsonLine::open(std::string_view name) {
    raw(name) += '{';
    first_ = true;
}

void JsonLine::close() {
    out_ += '}';
    first_ = false;
}

void JsonLine::text(std::string_view name, std::string_view value) {
    base::append_json_string(raw(name), value);
}

void JsonLine::text_or_null(std::string_view name, const std::optional<std::string>& value) {
    if (value) {
        text(name, *value);
    } else {
        null(name);
    }
}

void JsonLine::free_text(std::string_view name, std::string_view value) {
    base::append_redacted_json(raw(name), value);
}

void JsonLine::free_text_or_null(std::string_view name, const std::optional<std::string>& value) {
    base::append_redacted_json(raw(name), value);
}

void JsonLine::number(std::string_view name, std::uint64_t value) {
    raw(name) += std::to_string(value);
}

void JsonLine::boolean_or_null(std::string_view name, std::optional<bool> value) {
    raw(name) += !value ? "null" : *value ? "true" : "false";
}

void JsonLine::milliseconds(std::string_view name, std::optional<std::chrono::microseconds> value) {
    std::string& out = raw(name);
    if (!value) {
        out += "null";
        return;
    }
    const auto micros = value->count();
    out += std::to_string(micros / 1000);
    if (micros % 1000 == 0) return;
    std::string fraction = std::to_string(1000 + micros % 1000).substr(1);
    while (fraction.back() == '0') fraction.pop_back();
    out += '.';
    out += fraction;
}

void JsonLine::null(std::string_view name) {
    raw(name) += "null";
}

}  // namespace armgate::trace
