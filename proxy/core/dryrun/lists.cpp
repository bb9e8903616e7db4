#include "core/dryrun/lists.hpp"

#include "core/arm/lenient_json.hpp"
#include "core/base/text.hpp"

#include <algorithm>
#include <unordered_set>

namespace armgate::dryrun {
namespace {

using arm::JsonValue;
using arm::LenientJson;
using base::ascii_iequals;

constexpr arm::JsonLimits kListLimits{std::size_t{64} << 20U, 8'000'000,
                                      arm::JsonLimits::Duplicates::keep};

constexpr std::string_view kResources = "microsoft.resources/resources";
constexpr std::string_view kGroupResources = "microsoft.resources/resourcegroups/resources";

/// Nothing that only says something of another resource, and no deployment, is among `/resources`.
bool is_listed_type(std::string_view type) noexcept {
    for (const std::string_view ns : {"Microsoft.Resources/", "Microsoft.Authorization/"}) {
        if (base::ascii_istarts_with(type, ns)) return false;
    }
    return true;
}

std::optional<JsonValue> elements_of(JsonValue root) {
    if (root.is_array()) return root;
    auto value = root.member("value");
    if (!value || !value->is_array()) return std::nullopt;
    return value;
}

/// Slashes that stand twice or at the end do not make another id.
std::string key_of(JsonValue element) {
    const auto id = element.member("id");
    if (!id || !id->is_string()) return {};
    std::string key = base::to_lower(id->text());
    while (key.size() > 1 && key.back() == '/') key.pop_back();
    return key;
}

/// The element with other tags than ARM knows.
std::string retagged(std::string_view source, const std::string& tags) {
    auto body = read_json(source);
    if (!body || !body->is_object()) return std::string(source);
    (*body)["tags"] = read_json(tags).value_or(Json::object());
    return to_text(*body);
}

/// About what the entries take in a list: a page that grows by doubling would be copied again and
/// again.
std::size_t shown_bytes(const std::vector<const Entry*>& shown) noexcept {
    std::size_t bytes = 0;
    for (const Entry* entry : shown) bytes += entry->body.view().size() + 1;
    return bytes;
}

class Merger {
  public:
    Merger(const Overlay& overlay, const std::vector<const Entry*>& shown, const Show& show)
        : overlay_(overlay), show_(show), shown_(shown.begin(), shown.end()) {}

    /// Writes the element, unless it is gone.
    void merge(JsonValue element, ElementWriter& out) {
        const std::string key = key_of(element);
        const Overlay::Found found = key.empty() ? Overlay::Found() : overlay_.find(key);
        if (found.presence == Presence::absent) return;
        if (found.presence == Presence::here) {
            listed_.insert(found.entry);
            if (!shown_.contains(found.entry)) return;  // the filter says no now
            show_(out.next(), *found.entry);
            return;
        }
        const std::string* tags = key.empty() ? nullptr : overlay_.tags(key);
        if (tags != nullptr) {
            out.next() += retagged(element.source(), *tags);
        } else {
            out.next() += element.source();
        }
    }

    [[nodiscard]] bool listed(const Entry* entry) const { return listed_.contains(entry); }

  private:
    const Overlay& overlay_;
    const Show& show_;
    std::unordered_set<const Entry*> shown_;
    std::unordered_set<const Entry*> listed_;
};

}  // namespace

std::optional<ListView> list_view(const ResourcePath& path) {
    if (path.item() || path.type().empty()) return std::nullopt;
    ListView view;
    view.type = base::to_lower(path.type());
    view.prefix = std::string(path.parent_key()) + "/";
    if (view.type == kResources || view.type == kGroupResources) {
        view.all_resources = true;
        return view;
    }
    // A group's type is not written as its path: `/subscriptions/{s}/resourceGroups`.
    view.direct = path.child() || path.ns().empty();
    if (view.direct) view.prefix = path.key() + "/";
    if (path.ns().empty() && ascii_iequals(path.last(), "providers")) {
        view.type = "microsoft.resources/providers";
    }
    return view;
}

std::vector<const Entry*> members(const Overlay& overlay, const ListView& view) {
    std::vector<const Entry*> out;
    const auto take = [&](const Entry& entry) {
        if (view.all_resources && entry.summary.empty()) return;
        if (view.direct && entry.id.find('/', view.prefix.size()) != std::string::npos) return;
        if (view.filter) {
            if (view.filter->at_scope() &&
                entry.id.find('/', view.prefix.size() + view.type.size() + 11) !=
                    std::string::npos) {
                return;
            }
            const auto body = read_json(entry.body);
            if (!body || !view.filter->matches(*body)) return;
        }
        out.push_back(&entry);
    };
    if (view.all_resources) {
        overlay.each_below(view.prefix, take);
    } else {
        overlay.each_of_type(view.type, view.prefix, take);
    }
    return out;
}

bool is_affected(const Overlay& overlay, const ListView& view) {
    if (view.all_resources) return overlay.touches_below(view.prefix);
    return overlay.touches_type(view.type, view.prefix) || overlay.alters_below(view.prefix);
}

std::optional<std::string> merge_page(std::string_view body,
                                      const Overlay& overlay,
                                      const std::vector<const Entry*>& shown,
                                      const std::vector<const Entry*>& new_ones,
                                      const Show& show) {
    const auto document = LenientJson::parse(body, kListLimits);
    if (!document) return std::nullopt;
    const auto elements = elements_of(document->root());
    if (!elements) return std::nullopt;
    const auto next = document->root().member("nextLink");
    const bool last = !next || !next->is_string() || next->text().empty();
    const std::string_view source = elements->source();
    const auto begin = static_cast<std::size_t>(source.data() - body.data());
    std::string page;
    page.reserve(body.size() + shown_bytes(shown));
    page.append(body.substr(0, begin)).push_back('[');
    Merger merger(overlay, shown, show);
    ElementWriter list(page);
    for (const JsonValue element : *elements) merger.merge(element, list);
    if (last) {
        for (const Entry* entry : new_ones) {
            if (!merger.listed(entry)) show(list.next(), *entry);
        }
    }
    page.push_back(']');
    return page.append(body.substr(begin + source.size()));
}

std::string summary_of(const ResourcePath& path, const Json& body) {
    if (path.ns().empty() || path.extension() || !is_listed_type(path.type())) return {};
    if (member(body, "location") == nullptr) return {};
    Json summary = {{"id", path.id()}, {"name", std::string(path.last())}, {"type", path.type()}};
    for (const char* key :
         {"kind", "location", "tags", "sku", "identity", "managedBy", "plan", "zones"}) {
        if (const Json* value = member(body, key)) summary[key] = *value;
    }
    return to_text(summary);
}

void append_expanded_summary(std::string& out, const Entry& entry) {
    out += entry.summary;
    if (entry.summary.empty()) return;
    out.pop_back();
    out += R"(,"createdTime":")" + base::format_rfc3339(entry.created);
    out += R"(","changedTime":")" + base::format_rfc3339(entry.changed);
    out += R"(","provisioningState":"Succeeded"})";
}

}  // namespace armgate::dryrun
