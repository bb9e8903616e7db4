#include "core/arm/contents.hpp"

#include "core/arm/batch.hpp"
#include "core/arm/lenient_json.hpp"
#include "core/arm/rules.hpp"
#include "core/arm/template.hpp"
#include "core/base/text.hpp"

#include <optional>
#include <utility>

namespace armgate::arm {
namespace {

/// A batch in a batch in a batch is nobody's.
constexpr std::size_t kMaxNesting = 8;

constexpr const char* kNoObject = "The body is no object.";
constexpr const char* kOddPath = "The path can be read in more than one way.";

bool is_tags_only(JsonValue body) {
    if (!body.is_object() || body.size() != 1) return false;
    const JsonValue member = *body.begin();
    return member.key() == "tags" && member.is_object();
}

/// The scope of a deployment: what stands before its own provider.
TemplateScope scope_of_deployment(const Classification& request) {
    const std::string& id = *request.resource_id;
    std::size_t at = std::string::npos;
    for (std::size_t next = base::ascii_ifind(id, "/providers/"); next != std::string::npos;
         next = base::ascii_ifind(id, "/providers/", next + 1)) {
        at = next;
    }
    return at == std::string::npos ? TemplateScope() : scope_of_id(id.substr(0, at));
}

/// Reads one body, and those of the items in it.
class BodyReader {
  public:
    BodyReader(const ArmRules& rules, const BatchHost& host, std::vector<CarriedRequest>& items)
        : rules_(rules), host_(host), items_(items), walker_(rules, items) {}

    /// What `body` carries, added at `depth`. Null, or why it is not read.
    const char* read(std::string_view method,
                     JsonValue body,
                     const Classification& request,
                     std::size_t depth,
                     bool& more_than_listed) {
        if (!body.is_object()) return kNoObject;
        if (!request.clear) return kOddPath;
        if (request.carries == Carries::batch) return read_items(body, depth);
        if (method == "PATCH") return "A part of a deployment does not show the whole.";
        if (!request.resource_id) return kOddPath;
        if (request.operation && carries_resource_list(*request.operation, rules_))
            return read_resource_list(body, depth);
        return walker_.walk_deployment(body.member("properties"), scope_of_deployment(request),
                                       depth, more_than_listed);
    }

    [[nodiscard]] const char* why_too_much() noexcept { return walker_.why_too_much(); }

  private:
    const char* read_items(JsonValue body, std::size_t depth);
    const char* read_resource_list(JsonValue body, std::size_t depth);
    const ArmRules& rules_;
    const BatchHost& host_;
    std::vector<CarriedRequest>& items_;
    TemplateWalker walker_;
    std::string why_;
};

const char* BodyReader::read_items(JsonValue body, std::size_t depth) {
    if (depth > kMaxNesting) return kTooMuch;
    const auto batch = read_batch(body, host_, rules_);
    if (!batch) {
        why_ = batch.error().detail;
        return why_.c_str();
    }
    for (const BatchItem& from : *batch) {
        CarriedRequest item;
        item.name = from.name;
        item.method = from.method;
        item.depth = depth;
        item.request = classify(from.method, from.path, rules_);
        const bool carries = item.request.carries != Carries::nothing;
        if (carries) item.inside = Inside::not_read;
        item.tags_only = !carries && from.method == "PATCH" && item.request.clear && from.content &&
                         is_tags_only(*from.content);
        const std::size_t at = items_.size();
        items_.push_back(std::move(item));
        if (const char* why = why_too_much()) return why;
        if (!carries || !from.content) continue;
        const Classification request = items_[at].request;
        bool more = false;
        if (read(from.method, *from.content, request, depth + 1, more) == nullptr) {
            items_[at].inside = Inside::read;
            items_[at].more_than_listed = more;
        } else {
            items_.resize(at + 1);
        }
    }
    return nullptr;
}

/// validateResources: resources of one type below one parent (facts 1.4, azapi's preflight).
const char* BodyReader::read_resource_list(JsonValue body, std::size_t depth) {
    const auto text = [&body](std::string_view key) {
        const auto value = body.member(key);
        return value && value->is_string() ? value->text() : std::string_view{};
    };
    const std::string type_text = std::string(text("provider")) + "/" + std::string(text("type"));
    const ResourceType type = resource_type(type_text);
    const auto resources = body.member("resources");
    if (!type.readable() || !resources || !resources->is_array()) {
        return "The body does not say which resources are to be validated.";
    }
    const std::string_view scope_id = text("scope");
    const TemplateScope scope = scope_id.empty() ? TemplateScope() : scope_of_id(scope_id);
    for (const JsonValue resource : *resources) {
        if (const char* why = why_too_much()) return why;
        const auto name = resource.member("name");
        CarriedRequest item;
        item.name = name && name->is_string() ? name->text() : std::string_view{};
        item.method = "PUT";
        item.depth = depth;
        // The scope is the parent, the name the last segment alone.
        auto request = classify_resource("PUT", scope, {type, {}}, rules_);
        if (!request) return "The body does not say which resources are to be validated.";
        item.request = *std::move(request);
        if (item.request.carries != Carries::nothing) item.inside = Inside::not_read;
        item.request.resource_name = item.name;
        item.request.resource_id = std::nullopt;
        const bool child = type_text.find('/') != type_text.rfind('/');
        if (scope.known() && !item.name.empty()) {
            const std::string last =
                child ? type_text.substr(type_text.rfind('/') + 1) : "providers/" + type_text;
            item.request.resource_id = scope.path + "/" + last + "/" + item.name;
        }
        walker_.count_text(item);
        items_.push_back(std::move(item));
    }
    return nullptr;
}

}  // namespace

bool needs_body(std::string_view method, const Classification& request) noexcept {
    if (!request.clear) return false;
    if (method == "PATCH") return request.carries == Carries::nothing;
    return (method == "PUT" || method == "POST") && request.carries != Carries::nothing;
}

Result<Contents> read_contents(const CarrierView& view,
                               const Classification& request,
                               const ArmRules& rules) {
    const auto document = LenientJson::parse(view.body);
    if (!document) return document.error();
    const JsonValue body = document->root();
    Contents out;
    if (request.carries == Carries::nothing) {
        out.tags_only = view.method == "PATCH" && request.clear && is_tags_only(body);
        return out;
    }
    const BatchHost host{view.host, view.cloud};
    BodyReader reader(rules, host, out.items);
    const char* why = reader.read(view.method, body, request, 0, out.more_than_listed);
    if (why == nullptr) why = reader.why_too_much();
    if (why != nullptr) return Error{Errc::input_invalid, why};
    return out;
}

}  // namespace armgate::arm
