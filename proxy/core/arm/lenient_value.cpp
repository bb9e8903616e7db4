#include "core/arm/lenient_json.hpp"
#include "core/base/text.hpp"

namespace armgate::arm {

JsonKind JsonValue::kind() const noexcept {
    return document_->nodes_[index_].kind;
}

std::string_view JsonValue::text() const noexcept {
    return document_->nodes_[index_].text;
}

std::string_view JsonValue::key() const noexcept {
    return document_->nodes_[index_].key;
}

std::size_t JsonValue::size() const noexcept {
    return document_->nodes_[index_].size;
}

std::string_view JsonValue::source() const noexcept {
    const auto& node = document_->nodes_[index_];
    return document_->source_.substr(node.begin, node.end - node.begin);
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const noexcept {
    if (!is_object()) return std::nullopt;
    for (const JsonValue value : *this) {
        if (base::ascii_iequals(value.key(), name)) return value;
    }
    return std::nullopt;
}

JsonValue::Iterator& JsonValue::Iterator::operator++() noexcept {
    index_ = document_->nodes_[index_].next;
    return *this;
}

JsonValue::Iterator JsonValue::begin() const noexcept {
    return {document_, document_->nodes_[index_].first};
}

JsonValue::Iterator JsonValue::end() const noexcept {
    return {document_, 0};
}

}  // namespace armgate::arm
