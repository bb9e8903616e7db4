#include "core/base/redact.hpp"
#include "core/dryrun/change_diff.hpp"
#include "core/dryrun/change_render.hpp"

#include <algorithm>

namespace armgate::dryrun {
namespace {

constexpr std::size_t kMaxFields = 20;  // of one change; the file has all of them
constexpr std::size_t kMaxValue = 60;   // on a line that is not cut at a terminal's edge
constexpr std::size_t kMaxIdColumns = 70;
constexpr std::size_t kHeadColumns = 10;  // `+ create  `
constexpr std::string_view kIndent = "          ";
constexpr std::string_view kGap = "  ";

char mark_of(ChangeKind kind) {
    switch (kind) {
        case ChangeKind::create:
            return '+';
        case ChangeKind::update:
            return '~';
        case ChangeKind::remove:
            return '-';
        case ChangeKind::action:
            break;
    }
    return '!';
}

const char* colour_of(char mark) {
    switch (mark) {
        case '+':
            return "\x1b[32m";
        case '-':
            return "\x1b[31m";
        case '~':
            return "\x1b[33m";
        default:
            return "\x1b[36m";
    }
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

class TextForm {
  public:
    TextForm(const std::vector<Change>& changes,
             const ChangeRules& rules,
             const report::LineStyle& style)
        : changes_(changes), rules_(rules), style_(style) {
        std::size_t id = 0;
        std::size_t operation = 0;
        std::size_t verdict = 0;
        for (const Change& change : changes_) {
            id = std::max(id, shown(short_id(change.id)).size());
            operation = std::max(operation, shown(change.operation).size());
            verdict = std::max(verdict, verdict_text(change).size());
        }
        verdict_columns_ = verdict;
        operation_columns_ = operation;
        const std::size_t whole =
            kHeadColumns + id + kGap.size() + operation + kGap.size() + verdict;
        one_line_ = style_.width == kUncut || whole <= style_.width;
        id_columns_ = std::min(id, kMaxIdColumns);
        if (!one_line_) id_columns_ = std::min(id, room_for_id());
    }

    std::string text() {
        if (changes_.empty()) {
            line("dry run: nothing would have been changed");
            return std::move(out_);
        }
        line("dry run: nothing was changed in Azure. What was simulated, in order:");
        for (const Change& change : changes_) add(change);
        add_summary();
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::string shown(const std::string& text) const {
        return base::printable(base::shown_name(text, rules_.secrets));
    }

    static std::string verdict_text(const Change& change) {
        return std::string(verdict::outcome_name(change.verdict.outcome)) + " " +
               std::string(verdict::clause_name(change.verdict.clause));
    }

    [[nodiscard]] std::size_t room_for_id() const {
        constexpr std::size_t kLeast = 12;
        const std::size_t taken = kHeadColumns + kGap.size() + verdict_columns_;
        return style_.width > taken + kLeast ? style_.width - taken : kLeast;
    }

    /// A line, cut at the terminal's edge; `mark`, where it has one, in its colour.
    void line(std::string text, std::size_t mark_at = std::string::npos) {
        if (style_.width != kUncut && text.size() > style_.width) text.resize(style_.width);
        text.erase(text.find_last_not_of(' ') + 1);
        if (style_.color == report::Color::on && mark_at < text.size()) {
            const char mark = text[mark_at];
            text = text.substr(0, mark_at) + colour_of(mark) + mark + "\x1b[0m" +
                   text.substr(mark_at + 1);
        }
        out_ += text + "\n";
    }

    void detail(const std::string& text) { line(std::string(kIndent) + text); }

    void add(const Change& change) {
        const ShownChange what = show_change(change, rules_);
        add_head(change);
        if (!change.carried_by.empty()) detail("made by " + shown(short_id(change.carried_by)));
        const bool creates = change.kind == ChangeKind::create;
        add_fields(creates ? key_fields(change, what, rules_) : what.fields);
        if (change.kind == ChangeKind::update && what.fields.empty() && what.notes.empty()) {
            detail("no field differs");
        }
        for (const std::string& note : what.notes) detail("note: " + shown(note));
        for (const std::string& sentence : change.invented) {
            detail("invented: " + shown(sentence));
        }
    }

    void add_head(const Change& change) {
        const std::string kind(change_kind_name(change.kind));
        std::string head = padded(std::string(1, mark_of(change.kind)) + " " + kind, kHeadColumns);
        std::string id = shown(short_id(change.id));
        const std::string verdict = verdict_text(change);
        if (one_line_) {
            head += padded(id, id_columns_) + std::string(kGap);
            head += padded(shown(change.operation), operation_columns_) + std::string(kGap);
            return line(head + verdict, 0);
        }
        head += padded(report::cut_middle(id, id_columns_), id_columns_);
        line(head + std::string(kGap) + verdict, 0);
        if (!change.operation.empty()) detail(shown(change.operation));
    }

    void add_fields(const std::vector<FieldChange>& fields) {
        for (std::size_t i = 0; i < std::min(fields.size(), kMaxFields); ++i) {
            add_field(fields[i]);
        }
        if (fields.size() <= kMaxFields) return;
        detail("and " + std::to_string(fields.size() - kMaxFields) +
               " more; --changes FILE has all of them");
    }

    void add_field(const FieldChange& field) {
        const std::string start = std::string(kIndent) + field_mark(field) + " ";
        const std::string text = start + field_text(field, kMaxValue);
        const bool fits = style_.width == kUncut || text.size() <= style_.width;
        if (fits || !field.before || !field.after) return line(text, kIndent.size());
        // Cut at the edge it would lose what it changes to.
        line(start + base::printable(field.path) + ":", kIndent.size());
        detail("  " + value_text(*field.before, kMaxValue));
        detail("  -> " + value_text(*field.after, kMaxValue));
    }

    void add_summary() {
        const ChangeCounts counts = count_changes(changes_);
        line(counts_text(counts));
        line(enforcement_text(counts));
        const auto needed = needed_permissions(changes_);
        if (needed.empty()) return;
        line("permissions that these writes need, by scope:");
        for (const NeededPermissions& at : needed) {
            line("  " + shown(at.scope));
            for (const std::string& operation : at.operations) line("    " + shown(operation));
        }
    }

    const std::vector<Change>& changes_;
    const ChangeRules& rules_;
    const report::LineStyle& style_;
    std::size_t id_columns_ = 0;
    std::size_t operation_columns_ = 0;
    std::size_t verdict_columns_ = 0;
    bool one_line_ = true;
    std::string out_;
};

}  // namespace

std::string changes_text(const std::vector<Change>& changes,
                         const ChangeRules& rules,
                         const report::LineStyle& style) {
    return TextForm(changes, rules, style).text();
}

}  // namespace armgate::dryrun
