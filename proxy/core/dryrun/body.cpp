#include "core/dryrun/body.hpp"

#include "core/arm/lenient_json.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace armgate::dryrun {
namespace {

constexpr arm::JsonLimits kLimits{std::size_t{16} << 20U, 4'000'000,
                                  arm::JsonLimits::Duplicates::keep};

/// ordered_json looks a member up by looking through all: wide objects would take minutes.
constexpr std::size_t kMaxMembers = 5'000;

bool is_too_wide(arm::JsonValue value) {
    if (value.is_object() && value.size() > kMaxMembers) return true;
    if (!value.is_object() && !value.is_array()) return false;
    for (const arm::JsonValue inside : value) {
        if (is_too_wide(inside)) return true;
    }
    return false;
}

void merge_into(Json& target, const Json& patch) {
    if (!patch.is_object()) {
        target = patch;
        return;
    }
    if (!target.is_object()) target = Json::object();
    for (const auto& [key, value] : patch.items()) {
        if (value.is_null()) {
            target.erase(key);
        } else {
            merge_into(target[key], value);
        }
    }
}

void drop_made(Json& body) {
    for (const char* key : {"etag", "systemData"}) body.erase(key);
    const auto properties = body.find("properties");
    if (properties == body.end() || !properties->is_object()) return;
    properties->erase("provisioningState");
    properties->erase("etag");
    if (properties->empty()) body.erase("properties");
}

using Member = Json::object_t::value_type;

std::vector<const Member*> members_by_name(const Json& object) {
    std::vector<const Member*> out;
    for (const Member& one : object.get_ref<const Json::object_t&>()) out.push_back(&one);
    std::sort(out.begin(), out.end(),
              [](const Member* a, const Member* b) { return a->first < b->first; });
    return out;
}

bool same_member(const Member* a, const Member* b) {
    return a->first == b->first && same(a->second, b->second);
}

constexpr std::uint64_t kPrime = 0x100000001B3;

std::uint64_t hash(std::uint64_t state, std::string_view text) {
    for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * kPrime;
    state ^= state >> 32U;
    return state * 0xD6E8FEB86659FD93;
}

}  // namespace

/// As deep as LenientJson lets a document be.
Json from_lenient(arm::JsonValue value, arm::JsonLimits::Duplicates duplicates) {
    switch (value.kind()) {
        case arm::JsonKind::null:
            return nullptr;
        case arm::JsonKind::boolean:
            return value.text() == "true";
        case arm::JsonKind::string:
            return std::string(value.text());
        case arm::JsonKind::number: {
            Json number = Json::parse(value.text(), nullptr, false);
            return number.is_number() ? number : Json(nullptr);
        }
        case arm::JsonKind::array: {
            Json array = Json::array();
            for (const arm::JsonValue element : value) {
                array.push_back(from_lenient(element, duplicates));
            }
            return array;
        }
        case arm::JsonKind::object:
            break;
    }
    Json object = Json::object();
    for (const arm::JsonValue entry : value) {
        std::string key(entry.key());
        Json inner = from_lenient(entry, duplicates);
        if (duplicates == arm::JsonLimits::Duplicates::refuse) {
            add_member(object, std::move(key), std::move(inner));
        } else {
            object[std::move(key)] = std::move(inner);
        }
    }
    return object;
}

std::optional<Json> read_json(std::string_view text) {
    const auto document = arm::LenientJson::parse(text, kLimits);
    if (!document || is_too_wide(document->root())) return std::nullopt;
    return from_lenient(document->root(), kLimits.duplicates);
}

std::string to_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* member(const Json& object, std::string_view key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

std::string text_at(const Json& object, std::string_view key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

void add_member(Json& object, std::string name, Json value) {
    object.get_ref<Json::object_t&>().Container::emplace_back(std::move(name), std::move(value));
}

Json merge_patch(Json before, const Json& patch) {
    merge_into(before, patch);
    const Json* tags = member(patch, "tags");
    if (tags == nullptr || !tags->is_object()) return before;
    Json given = Json::object();
    for (const auto& [key, value] : tags->items()) {
        if (!value.is_null()) given[key] = value;
    }
    before["tags"] = std::move(given);
    return before;
}

bool same(const Json& a, const Json& b) {
    if (a.is_array() && b.is_array()) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
    }
    if (!a.is_object() || !b.is_object()) return a == b;
    if (a.size() != b.size()) return false;
    const auto left = members_by_name(a);
    const auto right = members_by_name(b);
    return std::equal(left.begin(), left.end(), right.begin(), same_member);
}

bool same_resource(const Json& a, const Json& b) {
    if (!a.is_object() || !b.is_object()) return same(a, b);
    Json left = a;
    Json right = b;
    drop_made(left);
    drop_made(right);
    return same(left, right);
}

std::string etag_of(const Json& body) {
    std::string etag = text_at(body, "etag");
    if (!etag.empty()) return etag;
    const Json* properties = member(body, "properties");
    return properties == nullptr ? std::string() : text_at(*properties, "etag");
}

void renew_etag(Json& body, const Json* before, std::string_view guid) {
    if (before == nullptr) return;
    // Where the resource had one, it has one: also where no recipe knows that its type does.
    const std::string old = text_at(*before, "etag");
    const std::string now = text_at(body, "etag");
    if (old.empty() || (!now.empty() && now != old)) return;
    std::string fresh(guid);
    if (old.starts_with("W/\"")) {
        fresh = "W/\"" + fresh + "\"";
    } else if (old.starts_with("\"")) {
        fresh = "\"" + fresh + "\"";
    }
    body["etag"] = fresh;
}

std::string region_name(std::string_view text) {
    std::string out = base::to_lower(text);
    std::erase(out, ' ');
    return out;
}

std::string derived_guid(std::string_view seed, std::string_view salt) {
    constexpr std::string_view kHex = "0123456789abcdef";
    constexpr std::string_view kShape = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    const std::uint64_t halves[] = {hash(hash(0xCBF29CE484222325, seed), salt),
                                    hash(hash(0x9E3779B97F4A7C15, salt), seed)};
    std::string out(kShape);
    unsigned digit = 0;
    for (char& c : out) {
        if (c != 'x') continue;
        c = kHex[(halves[digit / 16] >> (4 * (digit % 16))) & 15U];
        ++digit;
    }
    return out;
}

}  // namespace armgate::dryrun
