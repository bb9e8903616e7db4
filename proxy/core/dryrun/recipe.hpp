// What a resource provider adds to what it is sent, as data (config/recipes, one file a resource
// type): defaults, addresses, endpoints, ids, children, the answers of its actions, and how its
// writes run. A type without a recipe gets what every resource has, and a mark. Pure.
#pragma once

#include "core/base/error.hpp"
#include "core/base/time.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace armgate::dryrun {

/// The resource to be made. Views into the caller's memory.
struct Making {
    std::string_view method;       ///< PUT or PATCH; POST for an action
    std::string_view id;           ///< in the caller's casing, without a slash at its end
    std::string_view type;         ///< `{ns}/{type}/...`, in the caller's casing
    std::string_view name;         ///< last segment of the id
    std::string_view api_version;  ///< empty where the request had none
    std::string_view host;         ///< of ARM, for the suffixes of its cloud
    std::string_view caller;       ///< for systemData: who, and `User` or `Application`
    std::string_view caller_type;
    std::string_view tenant;
    std::string_view object_id;
    base::Timestamp now;
};

struct MadeChild {
    std::string id;
    std::string type;
    std::string body;   ///< JSON, as ARM answers it
    std::string whole;  ///< as of Made
};

struct Made {
    std::string body;  ///< JSON, as ARM answers it once it is over: `provisioningState` Succeeded
    /// The same with what ARM takes and never shows (the values of a container app's secrets),
    /// where there is any: what `before` and the `resource` of an action should be. Empty: the
    /// body.
    std::string whole;
    std::vector<MadeChild> children;  ///< what appears with it (subnets, a blob service)
    std::vector<std::string>
        gone;  ///< ids of children that went with this write (a subnet left out)
    std::vector<std::string> invented;
};

/// How a write or an acting POST of a type answers before it is over (facts 8.4).
enum class Runs {
    at_once,          ///< the final answer
    async_operation,  ///< with Azure-AsyncOperation
    location,         ///< 202 with Location
    both,             ///< 202 with both
};

struct WriteStyle {
    unsigned created = 201;
    unsigned updated = 200;
    unsigned removed = 200;
    bool removed_shows = false;   ///< DELETE answers with what it took away
    Runs put = Runs::at_once;     ///< of a new resource
    Runs update = Runs::at_once;  ///< PUT of one that is there
    Runs patch = Runs::at_once;
    Runs remove = Runs::at_once;
};

struct ActionAnswer {
    unsigned status = 200;
    std::string body;  ///< JSON; empty: none
    Runs runs = Runs::at_once;
    bool acts = true;  ///< false: it reads (listKeys), so it is no change
    std::vector<std::string> invented;
    /// The resource after it, where the action changes it (a machine that is off); empty: as
    /// before.
    std::string resource;
    std::string whole;  ///< as of Made
};

/// The recipes, read once; immutable and shared after that.
class Recipes {
  public:
    /// The embedded ones. Errors: as `parse`.
    [[nodiscard]] static Result<Recipes> load();

    /// `files`: name and text of each. Errors: `config_invalid`, naming file, key and reason.
    [[nodiscard]] static Result<Recipes> parse(
        std::span<const std::pair<std::string, std::string>> files);

    Recipes(Recipes&&) noexcept;
    Recipes& operator=(Recipes&&) noexcept;
    ~Recipes();

    [[nodiscard]] bool knows(std::string_view type) const noexcept;
    [[nodiscard]] WriteStyle write_style(std::string_view type) const noexcept;

    /// What ARM would hold after the write: `sent` is the body of a PUT, or what a PATCH comes to
    /// when merged; `before` the resource as it was, null for a new one.
    [[nodiscard]] Made make(const Making& making,
                            const nlohmann::ordered_json& sent,
                            const nlohmann::ordered_json* before) const;

    /// Where the parent's body shows `child` inline (a virtual network its subnets): puts it there,
    /// in the place of one of that name, or takes it out where `child` is null. `type` and `name`
    /// are the child's. True where `parent` changed.
    [[nodiscard]] bool show_in_parent(std::string_view type,
                                      std::string_view name,
                                      const nlohmann::ordered_json* child,
                                      nlohmann::ordered_json& parent) const;

    /// The answer to POST `{id}/{action}` on `resource`, which lives in the overlay. Nothing where
    /// no recipe knows the action.
    [[nodiscard]] std::optional<ActionAnswer> answer_action(
        const Making& making,
        std::string_view action,
        const nlohmann::ordered_json& resource,
        const nlohmann::ordered_json& sent) const;

    /// What `GET {id}/{name}` answers, and `$expand={name}` adds as `properties.{name}`: a
    /// machine's `instanceView`. `resource` as for actions. Nothing where no recipe knows the view.
    [[nodiscard]] std::optional<std::string> view(const Making& making,
                                                  std::string_view name,
                                                  const nlohmann::ordered_json& resource) const;

    /// True where POST `{type}/{action}` only reads, so that it may go to the real ARM: list*,
    /// check*, queries, validate, whatIf. `action` is the segment behind whole pairs of type and
    /// name (`Microsoft.Storage` and `checkNameAvailability` where there is none); a POST to a
    /// resource id without one is for the caller to tell.
    [[nodiscard]] bool is_reading_action(std::string_view type, std::string_view action) const;

  private:
    struct Data;
    explicit Recipes(std::unique_ptr<Data> data) noexcept;
    std::unique_ptr<Data> data_;
};

}  // namespace armgate::dryrun
