#include "core/dryrun/operations.hpp"

#include <utility>

namespace armgate::dryrun {

PollPath read_poll(std::string_view key) noexcept {
    const std::size_t slash = key.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return {};
    const std::string_view id = key.substr(slash + 1);
    const std::string_view above = key.substr(0, slash);
    const std::string_view word = above.substr(above.rfind('/') + 1);
    if (word == "operationstatuses") return {PollForm::status, id};
    if (word == "operationresults") return {PollForm::location, id};
    return {};
}

void Operations::start(Operation operation) {
    std::string id = operation.id;
    operations_.insert_or_assign(std::move(id), std::move(operation));
}

Operation* Operations::find(std::string_view id) {
    const auto found = operations_.find(id);
    return found == operations_.end() ? nullptr : &found->second;
}

const Operation* Operations::find(std::string_view id) const {
    const auto found = operations_.find(id);
    return found == operations_.end() ? nullptr : &found->second;
}

bool Operations::poll(Operation& operation) noexcept {
    if (operation.polls_left == 0) return true;
    --operation.polls_left;
    return false;
}

}  // namespace armgate::dryrun
