#include "core/dryrun/change.hpp"

namespace armgate::dryrun {

std::string_view change_kind_name(ChangeKind kind) noexcept {
    switch (kind) {
        case ChangeKind::create:
            return "create";
        case ChangeKind::update:
            return "update";
        case ChangeKind::remove:
            return "delete";
        case ChangeKind::action:
            return "action";
    }
    return "action";
}

}  // namespace armgate::dryrun
