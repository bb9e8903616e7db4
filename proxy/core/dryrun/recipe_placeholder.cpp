#include "core/dryrun/recipe_placeholder.hpp"

#include "core/base/text.hpp"

#include <algorithm>
#include <array>

namespace armgate::dryrun {
namespace {

constexpr std::array<SourceRule, 25> kSources{{
    {"id", Source::id},
    {"name", Source::name},
    {"type", Source::type},
    {"subscription", Source::subscription},
    {"resourceGroup", Source::resource_group},
    {"parent", Source::parent},
    {"scope", Source::scope},
    {"parentName", Source::parent_name},
    {"grandparentName", Source::grandparent_name},
    {"location", Source::location},
    {"tenant", Source::tenant},
    {"objectId", Source::object_id},
    {"now", Source::now},
    {"elementName", Source::element_name, Argument::none, Speaks::of_element},
    {"elementId", Source::element_id, Argument::none, Speaks::of_element},
    {"guid", Source::guid, Argument::label},
    {"hash", Source::hash, Argument::label},
    {"key32", Source::key32, Argument::label},
    {"key64", Source::key64, Argument::label},
    {"publicIp", Source::public_ip, Argument::label},
    {"privateIp", Source::private_ip, Argument::label},
    {"suffix", Source::suffix, Argument::suffix},
    {"body", Source::body, Argument::path},
    {"element", Source::element, Argument::path, Speaks::of_element},
    {"sent", Source::sent, Argument::path, Speaks::of_action},
}};

constexpr std::array<std::pair<std::string_view, Filter>, 6> kFilters{{
    {"lower", Filter::lower},
    {"compact", Filter::compact},
    {"last", Filter::last},
    {"pairs", Filter::pairs},
    {"first", Filter::first},
    {"keys", Filter::keys},
}};

/// Takes the word before the next colon off `text`; the whole where there is none.
std::string_view take_word(std::string_view& text) noexcept {
    const auto colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    return word;
}

template <class Table>
auto find_named(const Table& table, std::string_view name) noexcept {
    return std::find_if(table.begin(), table.end(),
                        [&](const auto& entry) { return std::get<0>(entry) == name; });
}

const SourceRule* find_source(std::string_view name) noexcept {
    const auto* found = std::find_if(kSources.begin(), kSources.end(),
                                     [&](const SourceRule& rule) { return rule.name == name; });
    return found == kSources.end() ? nullptr : found;
}

std::optional<std::string> alternative_fault(std::string_view text,
                                             Speaks speaks,
                                             const Suffixes& suffixes) {
    const Alternative alternative = parse_alternative(text);
    if (alternative.literal) return std::nullopt;
    const SourceRule* source = alternative.source;
    if (source == nullptr) return "has an unknown placeholder";
    if (source->speaks != Speaks::of_resource && source->speaks != speaks) {
        return "has a placeholder that means nothing here: " + std::string(source->name);
    }
    const std::string_view argument = alternative.argument;
    const bool fits = source->argument == Argument::none    ? argument.empty()
                      : source->argument == Argument::label ? base::is_token(argument)
                      : source->argument == Argument::path
                          ? is_member_path(argument, PathElements::none)
                          : find_suffix(suffixes, argument) != nullptr;
    if (!fits) return "has a placeholder whose argument does not fit: " + std::string(source->name);
    return std::nullopt;
}

}  // namespace

std::optional<Piece> next_piece(std::string_view text, std::size_t& at) noexcept {
    const std::size_t start = at;
    if (text.substr(at).starts_with("{{")) {
        at += 2;
        return Piece{text.substr(start, 1)};
    }
    if (text[at] != '{') {
        at = std::min(text.find('{', at), text.size());
        return Piece{text.substr(start, at - start)};
    }
    const auto close = text.find('}', at);
    if (close == std::string_view::npos) return std::nullopt;
    at = close + 1;
    return Piece{text.substr(start + 1, close - start - 1), true};
}

Alternative parse_alternative(std::string_view text) {
    Alternative out;
    std::string_view rest = text;
    std::string_view word = take_word(rest);
    for (const auto* filter = find_named(kFilters, word); filter != kFilters.end();
         filter = find_named(kFilters, word)) {
        out.filters.push_back(filter->second);
        text = rest;
        word = take_word(rest);
    }
    if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
        out.literal = text.substr(1, text.size() - 2);
        return out;
    }
    out.source = find_source(word);
    out.argument = rest;
    return out;
}

const std::string* find_suffix(const Suffixes& suffixes, std::string_view name) noexcept {
    const auto found = find_named(suffixes, name);
    return found == suffixes.end() ? nullptr : &found->second;
}

std::optional<std::string> text_fault(std::string_view text,
                                      Speaks speaks,
                                      const Suffixes& suffixes) {
    for (std::size_t at = 0; at < text.size();) {
        const auto piece = next_piece(text, at);
        if (!piece) return "has a brace that is not closed";
        if (!piece->placeholder) continue;
        for (const std::string_view alternative : base::split(piece->text, '|')) {
            if (auto fault = alternative_fault(alternative, speaks, suffixes)) return fault;
        }
    }
    return std::nullopt;
}

}  // namespace armgate::dryrun
