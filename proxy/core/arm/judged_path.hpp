// The normalised copy of a request path that verdicts are judged on. What is forwarded stays as
// sent; this says what ARM will most likely make of it, and whether another reading is possible.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace armgate::arm {

/// One segment between slashes, decoded once. `after_gap`: an empty segment stood before it.
struct Segment {
    std::string_view text;
    bool after_gap = false;
};

/// Decodes percent-escapes once, takes an encoded slash for a slash, joins repeated slashes, drops
/// a trailing one and resolves dot segments (RFC 3986 section 5.2.4). Holds views into the path
/// given and into itself: neither copied nor moved, and the path must outlive it.
class JudgedPath {
  public:
    explicit JudgedPath(std::string_view path);
    JudgedPath(const JudgedPath&) = delete;
    JudgedPath& operator=(const JudgedPath&) = delete;

    [[nodiscard]] const std::vector<Segment>& segments() const noexcept { return segments_; }

    /// True where no server could read other segments: no dot segments, no encoded slash, no
    /// escape of a character that needs none (RFC 3986 section 6.2.2.2), no cut escape, no control
    /// byte, nothing outside ASCII. Gaps between slashes are told by the segments.
    [[nodiscard]] bool plain() const noexcept { return plain_; }

  private:
    void decode(std::string_view path);
    void add(std::string_view text, bool after_gap);

    std::string decoded_;
    std::vector<Segment> segments_;
    bool plain_ = true;
};

/// `path` as sent with repeated slashes joined and the trailing one off; at least `/`.
[[nodiscard]] std::string join_slashes(std::string_view path);

}  // namespace armgate::arm
