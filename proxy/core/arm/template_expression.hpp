// The simple half of ARM's template expressions: parameters, variables and the functions of
// literals that names, conditions and copy counts are mostly made of. What cannot be known from the
// body alone is `unknown`, never guessed; so is what a secure parameter holds, because names end up
// in the trace. Pure.
#pragma once

#include "core/arm/lenient_json.hpp"
#include "core/base/text_store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::arm {

struct TemplateContext;

/// What an expression amounts to. Cheap to copy: views into the document and the evaluator's store.
struct Evaluated {
    enum class Kind : std::uint8_t { unknown, boolean, integer, text, node, builtin };
    Kind kind = Kind::unknown;
    bool boolean = false;
    std::int64_t integer = 0;
    std::string_view text;          ///< of `text`; of `builtin` the function's name in lower case
    std::optional<JsonValue> node;  ///< an array or object, or null
    /// Where the strings inside `node` are evaluated; without one they are literals.
    const TemplateContext* context = nullptr;

    [[nodiscard]] bool is_text() const noexcept { return kind == Kind::text; }
    [[nodiscard]] bool is_false() const noexcept { return kind == Kind::boolean && !boolean; }
};

/// One loop that the evaluated resource stands in.
struct CopyStep {
    std::string name;
    std::int64_t index = 0;
};

/// What the expressions of one template may refer to. Views into the document.
struct TemplateContext {
    std::optional<JsonValue> parameters;     ///< as the template declares them
    std::optional<JsonValue> variables;      ///< as the template declares them
    std::optional<JsonValue> given;          ///< the deployment's `parameters`
    const TemplateContext* outer = nullptr;  ///< evaluates `given`; without one it holds literals
    bool given_elsewhere = false;            ///< a parametersLink: no parameter is known
    bool blind = false;                      ///< nothing is known
    std::string subscription;                ///< id (GUID) and name at the deployment's scope,
    std::string resource_group;              ///< empty where there is none or it is not known
    std::vector<CopyStep> copies;

    /// Parameters that were asked for before: most resources ask for the same few.
    struct Known {
        std::string_view name;
        Evaluated value;
    };
    mutable std::vector<Known> known;
};

/// Work is bounded: what one body may cost is used up by length and by members looked through.
class Evaluator {
  public:
    /// What is put together goes to `texts`, which outlives the results.
    explicit Evaluator(base::TextStore& texts) noexcept : texts_(texts) {}

    /// A string in brackets is evaluated, everything else stands for itself.
    [[nodiscard]] Evaluated evaluate(JsonValue value, const TemplateContext& context);

    /// The value of a string of a deployment's `parameters`: never an expression.
    [[nodiscard]] static Evaluated literal(JsonValue value);

    /// Uses up `cost` units; false where none are left, and then nothing more is known.
    bool spend(std::size_t cost) noexcept {
        exhausted_ = exhausted_ || cost > budget_;
        if (!exhausted_) budget_ -= cost;
        return !exhausted_;
    }
    [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }

  private:
    friend class ExpressionReader;
    [[nodiscard]] Evaluated parameter(std::string_view name, const TemplateContext& context);
    [[nodiscard]] Evaluated read_parameter(std::string_view name, const TemplateContext& context);
    [[nodiscard]] Evaluated variable(std::string_view name, const TemplateContext& context);
    [[nodiscard]] std::optional<JsonValue> look_up(const std::optional<JsonValue>& object,
                                                   std::string_view name);
    base::TextStore& texts_;
    std::vector<Evaluated> arguments_;  ///< of the calls that are being read
    std::size_t budget_ = 2'000'000;
    std::size_t depth_ = 0;
    bool exhausted_ = false;
};

/// True for `[...]`, but not for `[[...`, the escape for a literal bracket.
[[nodiscard]] bool is_expression(std::string_view text) noexcept;

}  // namespace armgate::arm
