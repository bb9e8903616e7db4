// What a rehearsal knows of the world that its requests have made: the overlay, the operations that
// run, and the changes in the order in which they were made. A value: copied where a request is
// tried as a whole.
#pragma once

#include "core/dryrun/change.hpp"
#include "core/dryrun/operations.hpp"
#include "core/dryrun/overlay.hpp"

#include <vector>

namespace armgate::dryrun {

struct World {
    Overlay overlay;
    Operations operations;
    std::vector<Change> changes;
};

}  // namespace armgate::dryrun
