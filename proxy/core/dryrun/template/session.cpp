#include "core/dryrun/template/session.hpp"

#include "core/base/text.hpp"
#include "core/dryrun/template/hash.hpp"

#include <algorithm>
#include <utility>

namespace armgate::dryrun::language {
namespace {

constexpr std::size_t kValueCost = 32;
constexpr std::size_t kMaxTargets = 1000;
constexpr std::string_view kInvalidTemplate = "InvalidTemplate";

}  // namespace

bool Session::spend(std::size_t steps) {
    if (stopped()) return false;
    if (steps > steps_) {
        exhaust();
        return false;
    }
    steps_ -= steps;
    return true;
}

bool Session::build(const Json& value) {
    return !stopped() && measure(value, 0);
}

bool Session::measure(const Json& value, std::size_t depth) {
    std::size_t cost = kValueCost + text(value).size();
    if (value.is_object()) {
        for (const auto& [key, inner] : value.get_ref<const Json::object_t&>())
            cost += kValueCost + key.size();
    }
    if (depth > kMaxDepth) {
        exhaust();
        return false;
    }
    if (!keep(cost)) return false;
    if (!value.is_structured()) return true;
    return std::all_of(value.begin(), value.end(),
                       [this, depth](const Json& inner) { return measure(inner, depth + 1); });
}

bool Session::keep(std::size_t bytes) {
    if (bytes > bytes_) {
        exhaust();
        return false;
    }
    bytes_ -= bytes;
    return true;
}

bool Session::count_resource() {
    if (stopped()) return false;
    if (resources_ == 0) {
        exhaust();
        return false;
    }
    --resources_;
    return true;
}

void Session::exhaust() {
    exhausted_ = true;
    if (!fault_) fault_ = Fault{"RehearsalLimitExceeded", rules_.message("limit")};
}

void Session::fail(std::string_view message_key, LanguageRules::Words words) {
    if (fault_) return;
    std::string what = rules_.message(message_key, words);
    if (!place_.empty()) {
        if (what.ends_with('.')) what.pop_back();
        what = rules_.message("place", {{"place", place_}, {"what", what}});
    }
    fault_ = Fault{std::string(kInvalidTemplate), rules_.message("validation", {{"what", what}})};
}

void Session::fail_whole(std::string_view message_key, LanguageRules::Words words) {
    if (fault_) return;
    const std::string what = rules_.message(message_key, words);
    fault_ = Fault{std::string(kInvalidTemplate), rules_.message("validation", {{"what", what}})};
}

void Session::soften() {
    if (!fault_ || validates() || exhausted_) return;
    note(fault_->message);
    fault_.reset();
}

void Session::note(std::string sentence) {
    if (notes_.size() >= kMaxNotes) return;
    if (std::find(notes_.begin(), notes_.end(), sentence) != notes_.end()) return;
    notes_.push_back(std::move(sentence));
}

std::string Session::set_place(std::string place) {
    return std::exchange(place_, std::move(place));
}

const Node* Session::parsed(const std::string& text) {
    const auto [at, added] = parsed_.try_emplace(text);
    if (!added) return at->second.get();
    if (!spend(text.size())) return nullptr;
    at->second = parse_expression(std::string_view(text).substr(1, text.size() - 2));
    return at->second.get();
}

const Json* Session::read(const std::string& id) {
    const std::string key = base::to_lower(id);
    const auto over = finished_.find(key);
    if (over != finished_.end()) return &over->second;
    const auto [at, added] = read_.try_emplace(key);
    if (added && world_ != nullptr) {
        at->second = world_->read(id);
        if (at->second && !build(*at->second)) at->second.reset();
        if (at->second) restore_unknown(*at->second);
    }
    if (at->second) return &*at->second;
    const auto written = written_.find(key);
    return written == written_.end() ? nullptr : &written->second;
}

/// A body holds the expression where the value is not known: what reads it does not know it either.
void Session::restore_unknown(Json& value) {
    if (placed_.empty()) return;
    if (value.is_string() && placed_.count(value.get_ref<const std::string&>()) != 0) {
        value = unknown(value.get_ref<const std::string&>());
    } else if (value.is_structured()) {
        for (Json& inner : value) restore_unknown(inner);
    }
}

void Session::remember(const std::string& id, Json resource) {
    restore_unknown(resource);
    written_[base::to_lower(id)] = std::move(resource);
    // A write may change others with it: what was read is read again.
    read_.clear();
}

void Session::finish(const std::string& id, Json deployment) {
    finished_[base::to_lower(id)] = std::move(deployment);
    read_.clear();
}

void Session::ask_for(const std::string& id, std::string_view api_version) {
    if (targets_.size() >= kMaxTargets) return;
    if (!asked_.insert(base::to_lower(id)).second) return;
    targets_.push_back({id, std::string(api_version)});
}

/// Another one in each deployment and for each call; the same when the same is rehearsed again.
std::string Session::new_guid() {
    note("newGuid() made an id up: Resource Manager makes another one each time.");
    std::string seed(deployment_.id);
    seed += base::format_rfc3339(deployment_.now);
    seed += std::to_string(guids_++);
    return arm_guid(seed);
}

}  // namespace armgate::dryrun::language
