// Any bytes as a saved overlay: never a crash, and what is taken can be saved and read again.
#include "core/dryrun/rehearsal.hpp"
#include "support/arm_rules.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using armgate::dryrun::Recipes;
    using armgate::dryrun::Rehearsal;
    static const Recipes recipes = Recipes::load().value();
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    Rehearsal rehearsal(recipes, armgate::test::arm_rules(), {});
    if (!rehearsal.load(input)) return 0;
    const std::string saved = rehearsal.save();
    Rehearsal again(recipes, armgate::test::arm_rules(), {});
    if (!again.load(saved) || again.save() != saved) std::abort();
    return 0;
}
