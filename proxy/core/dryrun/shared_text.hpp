// A text that its copies share: what a resource is made to be stands in the overlay and in the list
// of changes, and is held once. Never changed; copies may be used by several threads at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace armgate::dryrun {

class SharedText {
  public:
    SharedText() = default;
    // Not explicit: it stands where a string would.
    SharedText(std::string text)
        : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}

    [[nodiscard]] bool empty() const noexcept { return text_ == nullptr; }
    /// Valid as long as this or a copy of it.
    [[nodiscard]] std::string_view view() const noexcept {
        return text_ == nullptr ? std::string_view() : std::string_view(*text_);
    }
    operator std::string_view() const noexcept { return view(); }

  private:
    std::shared_ptr<const std::string> text_;  ///< null: empty
};

}  // namespace armgate::dryrun
