// Walks the templates of deployments and stacks: which resources they write, and where. Pure.
#pragma once

#include "core/arm/contents.hpp"
#include "core/arm/lenient_json.hpp"
#include "core/arm/template_expression.hpp"
#include "core/arm/template_scope.hpp"
#include "core/base/text_store.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace armgate::arm {

/// Why a body that holds more than kMaxCarried requests, or takes more work to read, is not read.
inline constexpr const char* kTooMuch = "The body carries more than is looked at (limit contents).";
/// Why one is not read whose names and ids take more than kMaxCarriedText.
inline constexpr const char* kTooMuchText =
    "The names and ids of what the body carries take more than is looked at (limit contents-text).";

/// One body's walk: what is found is added to `items`, and what may be spent is spent once.
class TemplateWalker {
  public:
    TemplateWalker(const ArmRules& rules, std::vector<CarriedRequest>& items)
        : rules_(rules), items_(items) {}

    /// The `properties` of a deployment or stack whose template lands at `scope`; what it carries
    /// is added at `depth`. Null, or why it is not read; then nothing is added.
    /// `more_than_listed` is set where it may change more than that.
    [[nodiscard]] const char* walk_deployment(const std::optional<JsonValue>& properties,
                                              const TemplateScope& scope,
                                              std::size_t depth,
                                              bool& more_than_listed);

    /// Why none of the body is judged, where it holds more than is looked at; else null. It stays,
    /// though what was too much is taken off again.
    [[nodiscard]] const char* why_too_much() noexcept {
        if (why_ != nullptr) return why_;
        if (text_ > kMaxCarriedText) why_ = kTooMuchText;
        if (evaluator_.exhausted() || items_.size() > kMaxCarried) why_ = kTooMuch;
        return why_;
    }

    /// Counts what the item's id and operation take.
    void count_text(const CarriedRequest& item) noexcept {
        const Classification& request = item.request;
        if (request.resource_id) text_ += request.resource_id->size();
        if (request.operation) text_ += request.operation->size();
    }

  private:
    struct Place {
        TemplateContext& context;
        const TemplateScope& scope;
        std::size_t depth;
        const TemplateResource* parent = nullptr;
        bool symbolic = false;  ///< in an object of symbolic names: only there is `existing` known
    };

    const char* walk_nested(JsonValue properties,
                            const TemplateScope& scope,
                            std::size_t depth,
                            TemplateContext* outer,
                            bool& more_than_listed);
    const char* walk_resources(JsonValue resources, const Place& at);
    const char* walk_resource(JsonValue resource, const Place& place);
    struct Members;  ///< of a resource, as it is written
    const char* walk_copies(const Members& resource, const Place& place);
    const char* walk_one(const Members& resource, const Place& place);
    void add(const Members& resource, const TemplateResource& what, const Place& place);
    void add_nested(const Members& resource, const TemplateScope& scope, const Place& place);
    TemplateResource read_resource(const Members& resource, const Place& place);
    const TemplateScope& resource_scope(const Members& resource,
                                        const Place& place,
                                        TemplateScope& other);
    std::string_view evaluated_text(JsonValue value, const TemplateContext& context, bool& known);

    /// What is known of a type: a template has few of them, and each costs a reading.
    struct OfType {
        ResourceType type;
        bool carries = false;  ///< it is a deployment
        bool by_name = false;  ///< of an extension below another type the name tells the namespace
        struct Judged {
            bool existing;
            TemplateScope::Kind scope;
            Classification request;
        };
        std::vector<Judged> judged;
    };
    OfType& of_type(std::string_view type);
    bool classify(Classification& out,
                  bool existing,
                  const TemplateScope& scope,
                  const TemplateResource& resource);

    const ArmRules& rules_;
    std::vector<CarriedRequest>& items_;
    base::TextStore texts_;
    Evaluator evaluator_{texts_};
    std::unordered_map<std::string_view, OfType> types_;
    OfType* latest_type_ = nullptr;  ///< resources of a type often follow each other
    std::size_t text_ = 0;           ///< bytes of names, types, ids and operations
    const char* why_ = nullptr;      ///< see why_too_much
};

}  // namespace armgate::arm
