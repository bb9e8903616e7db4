#include "io/terraform/mirror.hpp"

#include "certs/files.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <utility>

namespace armgate::io {
namespace {

namespace fs = std::filesystem;

/// Larger than any state; a bound all the same.
constexpr std::size_t kMaxFileBytes = 1024UL * 1024 * 1024;
/// Of a file that is searched for names of neighbours.
constexpr std::size_t kMaxNamingBytes = 1024UL * 1024;
constexpr fs::perms kPrivateFolder = fs::perms::owner_all;

Error unwritable(const fs::path& path, const std::error_code& ec) {
    return {Errc::file_unwritable, "cannot write " + path.string() + ": " + ec.message()};
}

Result<void> make_folder(const fs::path& path) {
    std::error_code ec;
    fs::create_directory(path, ec);
    if (!ec) fs::permissions(path, kPrivateFolder, ec);
    if (ec) return unwritable(path, ec);
    return {};
}

Result<void> link_to(const fs::path& target, const fs::path& link) {
    std::error_code ec;
    fs::create_symlink(target, link, ec);
    if (ec) return unwritable(link, ec);
    return {};
}

bool has(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

/// Each `../../x` of `text`, without what follows the first name.
std::vector<std::string> names_above(std::string_view text) {
    constexpr std::string_view kUp = "../";
    constexpr std::string_view kEnd = "/\"'$%{}()[],; \t\r\n\\";
    std::vector<std::string> out;
    for (std::size_t at = text.find(kUp); at != std::string_view::npos; at = text.find(kUp, at)) {
        std::size_t name = at;
        while (text.substr(name).starts_with(kUp)) name += kUp.size();
        const std::size_t end = std::min(text.find_first_of(kEnd, name), text.size());
        // A hidden one (`../.ssh`) is nothing to copy.
        if (end > name && text[name] != '.') out.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return out;
}

class Mirror {
  public:
    explicit Mirror(const MirrorRequest& request)
        : request_(request), limits_(request.limits), folder_(request.folder), root_(folder_) {}

    Result<std::string> make() {
        find_root();
        auto place = make_surroundings();
        if (!place) return place.error();
        copy_ = *place;
        if (auto copied = copy_folder(folder_, copy_); !copied) return copied.error();
        entries_ = 0;
        bytes_ = 0;
        limits_.entries = limits_.named_entries;
        limits_.bytes = limits_.named_bytes;
        // What is copied may name more.
        for (std::size_t i = 0; i < named_.size(); ++i) {
            if (auto copied = copy_neighbour(fs::path(named_[i])); !copied) return copied.error();
        }
        return copy_.string();
    }

  private:
    /// The highest folder above whose entries can all be shown.
    void find_root() {
        while (root_.has_relative_path()) {
            const fs::path above = root_.parent_path();
            std::error_code ec;
            std::size_t entries = 0;
            for (fs::directory_iterator it(above, ec), end; !ec && it != end; it.increment(ec)) {
                if (++entries > limits_.neighbours) return;
            }
            if (ec) return;
            root_ = above;
        }
    }

    /// Makes the folders from the root down to the folder, with links to what stands beside each.
    /// Gives the folder's own place, made and empty.
    [[nodiscard]] Result<fs::path> make_surroundings() const {
        fs::path at = request_.into;
        if (root_ == folder_) {  // the limits, or the disk's root: nothing is shown around it
            at /= "folder";
            if (auto made = make_folder(at); !made) return made.error();
            return at;
        }
        fs::path original = root_;
        for (const fs::path& step : folder_.lexically_relative(root_)) {
            if (auto linked = link_others(original, step, at); !linked) return linked.error();
            original /= step;
            at /= step;
            if (auto made = make_folder(at); !made) return made.error();
        }
        return at;
    }

    static Result<void> link_others(const fs::path& from, const fs::path& but, const fs::path& to) {
        std::error_code ec;
        for (fs::directory_iterator it(from, ec), end; !ec && it != end; it.increment(ec)) {
            const fs::path name = it->path().filename();
            if (name == but) continue;
            if (auto linked = link_to(it->path(), to / name); !linked) return linked;
        }
        return {};
    }

    Result<void> copy_folder(const fs::path& from, const fs::path& to) {
        std::error_code ec;
        for (fs::directory_iterator it(from, ec), end; !ec && it != end; it.increment(ec)) {
            const std::string name = it->path().filename().string();
            if (has(request_.left_out, name) || has(request_.withheld, it->path().string()))
                continue;
            if (++entries_ > limits_.entries) return too_large();
            if (auto copied = copy_entry(*it, to / name); !copied) return copied;
        }
        return {};
    }

    Result<void> copy_entry(const fs::directory_entry& entry, const fs::path& to) {
        std::error_code ec;
        const fs::file_status status = entry.symlink_status(ec);
        if (ec) return {};
        if (fs::is_symlink(status)) return copy_link(entry.path(), to);
        if (fs::is_regular_file(status)) return copy_file(entry.path(), to);
        if (!fs::is_directory(status)) return {};
        if (has(request_.linked, to.filename().string())) return link_to(entry.path(), to);
        if (auto made = make_folder(to); !made) return made;
        return copy_folder(entry.path(), to);
    }

    /// A link to a file is followed: through the link the original would be written.
    Result<void> copy_link(const fs::path& from, const fs::path& to) {
        std::error_code ec;
        const fs::path target = fs::canonical(from, ec);
        if (ec) return {};
        if (fs::is_regular_file(target, ec)) return copy_file(target, to);
        if (!fs::is_directory(target, ec)) return {};
        if (!is_within(target, folder_)) return link_to(target, to);
        return link_to((copy_ / target.lexically_relative(folder_)).lexically_normal(), to);
    }

    /// The names in a file are as seen from its own folder, or from the configuration's.
    void note_neighbours(const fs::path& file) {
        const std::string name = file.filename().string();
        const auto ends = [&name](const std::string& ending) { return name.ends_with(ending); };
        if (!std::any_of(request_.naming.begin(), request_.naming.end(), ends)) return;
        const auto text = certs::read_file(file.string(), kMaxNamingBytes);
        if (!text) return;
        for (const std::string& above : names_above(*text)) {
            for (const fs::path& seen_from : {file.parent_path(), folder_}) {
                const fs::path path = (seen_from / above).lexically_normal();
                const bool around = is_within(path, root_) && !is_within(path, folder_) &&
                                    !is_within(folder_, path);
                if (around && !has(named_, path.string())) named_.push_back(path.string());
            }
        }
    }

    /// In the place of the link to it; too large a one stays a link.
    Result<void> copy_neighbour(const fs::path& from) {
        const fs::path to = request_.into / from.lexically_relative(root_);
        std::error_code ec;
        // In a folder that was copied it is there already, behind a link it is somebody else's.
        if (!fs::is_symlink(to, ec) ||
            !is_within(fs::canonical(to.parent_path(), ec), fs::canonical(request_.into, ec))) {
            return {};
        }
        fs::remove(to, ec);
        const auto [entries, bytes] = std::pair(entries_, bytes_);
        Result<void> copied = copy_entry(fs::directory_entry(from, ec), to);
        if (copied || copied.error().code != Errc::input_invalid) return copied;
        fs::remove_all(to, ec);
        entries_ = entries;
        bytes_ = bytes;
        return link_to(from, to);
    }

    Result<void> copy_file(const fs::path& from, const fs::path& to) {
        std::error_code ec;
        bytes_ += fs::file_size(from, ec);
        if (ec) return {};
        if (bytes_ > limits_.bytes) return too_large();
        if (!fs::copy_file(from, to, ec)) {
            // What cannot be read is of no use to the command either.
            if (ec == std::errc::permission_denied) return {};
            return unwritable(to, ec);
        }
        note_neighbours(from);
        const auto runs = fs::status(from, ec).permissions() & fs::perms::owner_exec;
        fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write | runs, ec);
        if (ec) return unwritable(to, ec);
        return {};
    }

    [[nodiscard]] Error too_large() const {
        return {Errc::input_invalid, "cannot work on a copy of " + folder_.string() +
                                         ": it holds more than " + std::to_string(limits_.entries) +
                                         " files or " +
                                         std::to_string(limits_.bytes / (1024 * 1024)) +
                                         " MiB; keep what Terraform does not need elsewhere"};
    }

    const MirrorRequest& request_;
    MirrorLimits limits_;
    std::vector<std::string> named_;  ///< absolute paths around the folder, each once
    fs::path folder_;
    fs::path root_;
    fs::path copy_;
    std::size_t entries_ = 0;
    std::uintmax_t bytes_ = 0;
};

}  // namespace

bool is_within(const fs::path& path, const fs::path& folder) {
    const auto [left, right] =
        std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return left == folder.end();
}

Result<std::string> mirror_folder(const MirrorRequest& request) {
    return Mirror(request).make();
}

Result<void> link_below(const std::string& from, const std::string& to, int depth) {
    if (auto made = make_folder(to); !made) return made;
    std::error_code ec;
    for (fs::directory_iterator it(from, ec), end; !ec && it != end; it.increment(ec)) {
        const fs::path place = fs::path(to) / it->path().filename();
        std::error_code unseen;
        const bool is_folder =
            it->is_directory(unseen) && !fs::is_symlink(it->symlink_status(unseen));
        auto done = is_folder && depth > 0
                        ? link_below(it->path().string(), place.string(), depth - 1)
                        : link_to(fs::canonical(it->path(), unseen), place);
        if (!done) return done;
    }
    return {};
}

Result<bool> copy_private(const std::string& from, const std::string& to) {
    std::error_code ec;
    if (!fs::exists(from, ec)) return false;
    auto bytes = certs::read_file(from, kMaxFileBytes);
    if (!bytes) return bytes.error();
    if (auto written = write_private(to, *bytes); !written) return written.error();
    return true;
}

Result<void> write_private(const std::string& to, std::string_view bytes) {
    if (auto made = certs::make_private_folders(fs::path(to).parent_path().string()); !made) {
        return made;
    }
    constexpr mode_t kPrivateFile = 0600;
    return certs::replace_file_at(to, bytes, kPrivateFile);
}

}  // namespace armgate::io
