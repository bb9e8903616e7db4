// GitHub's Markdown. All that comes from elsewhere stands in `<code>` with its special characters
// as entities: no markup of theirs is read, no `@name` is mentioned, no address becomes a link.
#include "core/base/redact.hpp"
#include "core/dryrun/change_diff.hpp"
#include "core/dryrun/change_render.hpp"

namespace armgate::dryrun {
namespace {

/// A comment on GitHub holds 65,536 characters; what is over goes first from the details.
constexpr std::size_t kMaxBytes = 60000;
constexpr std::size_t kMaxValue = 200;

std::string escaped(std::string_view text) {
    constexpr std::string_view kSpecial = "&<>|`*_[]~\\#@!$\"'{}";
    std::string out;
    for (const char c : text) {
        if (kSpecial.find(c) == std::string_view::npos) {
            out.push_back(c);
        } else {
            out +=
                "&#" + std::to_string(static_cast<unsigned>(static_cast<unsigned char>(c))) + ";";
        }
    }
    return out;
}

class MarkdownForm {
  public:
    MarkdownForm(const std::vector<Change>& changes, const ChangeRules& rules)
        : changes_(changes), rules_(rules) {}

    std::string text() {
        out_ = "### armgate: changes of a dry run\n\n";
        if (changes_.empty()) return out_ + "Nothing would have been changed.\n";
        const ChangeCounts counts = count_changes(changes_);
        out_ += "Nothing was changed in Azure. " + counts_text(counts) + ". " +
                enforcement_text(counts) + ".\n\n";
        add_table();
        add_permissions();
        add_details();
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::string code(const std::string& text) const {
        if (text.empty()) return "-";
        return "<code>" + escaped(base::printable(base::shown_name(text, rules_.secrets))) +
               "</code>";
    }

    /// True, and said once, where `more` bytes are too many.
    bool is_full(std::size_t more, std::size_t left, std::string_view what) {
        if (out_.size() + more <= kMaxBytes) return false;
        out_ += "\n" + std::to_string(left) + " more " + std::string(what) +
                " are left out here; the JSON form has them.\n\n";
        return true;
    }

    void add_table() {
        out_ += "| # | change | resource | operation | verdict |\n|---|---|---|---|---|\n";
        for (std::size_t i = 0; i < changes_.size(); ++i) {
            const Change& change = changes_[i];
            const std::string row =
                "| " + std::to_string(i + 1) + " | " + std::string(change_kind_name(change.kind)) +
                " | " + code(short_id(change.id)) + " | " + code(change.operation) + " | " +
                std::string(verdict::outcome_name(change.verdict.outcome)) + " (" +
                std::string(verdict::clause_name(change.verdict.clause)) + ") |\n";
            if (is_full(row.size(), changes_.size() - i, "changes")) return;
            out_ += row;
        }
        out_ += "\n";
    }

    void add_permissions() {
        std::string block =
            "<details><summary>Permissions that these writes need</summary>\n\n"
            "| scope | operation |\n|---|---|\n";
        std::size_t rows = 0;
        for (const NeededPermissions& needed : needed_permissions(changes_)) {
            for (const std::string& operation : needed.operations) {
                block += "| " + code(needed.scope) + " | " + code(operation) + " |\n";
                ++rows;
            }
        }
        block += "\n</details>\n\n";
        if (rows == 0 || is_full(block.size(), rows, "permissions")) return;
        out_ += block;
    }

    void add_details() {
        for (std::size_t i = 0; i < changes_.size(); ++i) {
            const std::string block = details_of(changes_[i], i + 1);
            if (is_full(block.size(), changes_.size() - i, "details")) return;
            out_ += block;
        }
    }

    [[nodiscard]] std::string details_of(const Change& change, std::size_t number) const {
        const ShownChange shown = show_change(change, rules_);
        std::string body = fields_of(change, shown);
        if (!change.carried_by.empty()) body += "- made by " + code(change.carried_by) + "\n";
        for (const std::string& note : shown.notes) body += "- note: " + code(note) + "\n";
        for (const std::string& text : change.invented) body += "- invented: " + code(text) + "\n";
        return "<details><summary>" + std::to_string(number) + ". " +
               std::string(change_kind_name(change.kind)) + " " + code(short_id(change.id)) +
               "</summary>\n\n- id: " + code(change.id) + "\n" + body + "\n</details>\n\n";
    }

    [[nodiscard]] std::string fields_of(const Change& change, const ShownChange& shown) const {
        const bool creates = change.kind == ChangeKind::create;
        const auto fields = creates ? key_fields(change, shown, rules_) : shown.fields;
        if (fields.empty()) return {};
        std::string out = "\n| | field | before | after |\n|---|---|---|---|\n";
        for (const FieldChange& field : fields) {
            out += "| " + escaped(std::string(1, field_mark(field))) + " | " + code(field.path) +
                   " | " + side(field.before) + " | " + side(field.after) + " |\n";
        }
        return out + "\n";
    }

    [[nodiscard]] std::string side(const std::optional<nlohmann::json>& value) const {
        return value ? code(value_text(*value, kMaxValue)) : "";
    }

    const std::vector<Change>& changes_;
    const ChangeRules& rules_;
    std::string out_;
};

}  // namespace

std::string changes_markdown(const std::vector<Change>& changes, const ChangeRules& rules) {
    return MarkdownForm(changes, rules).text();
}

}  // namespace armgate::dryrun
