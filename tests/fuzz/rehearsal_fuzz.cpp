// Any bytes as a sequence of requests and of the real ARM's answers: never a crash, no question
// that is not a read, and nothing forwarded that is no read and no POST. A line is
// `METHOD target|body|status|answer`; questions are answered with the line's status and answer.
#include "core/arm/operation.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/rehearsal.hpp"
#include "support/arm_rules.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace armgate;

void require(bool condition) {
    if (!condition) std::abort();
}

struct Line {
    std::string_view method, path, query, body, answer;
    unsigned status = 0;
};

Line read_line(std::string_view text) {
    Line line;
    const auto parts = base::split(text, '|');
    const std::string_view head = parts[0];
    const std::size_t space = std::min(head.find(' '), head.size());
    line.method = head.substr(0, space);
    const std::string_view target = head.substr(std::min(space + 1, head.size()));
    const std::size_t mark = std::min(target.find('?'), target.size());
    line.path = target.substr(0, mark);
    line.query = target.substr(std::min(mark + 1, target.size()));
    if (parts.size() > 1) line.body = parts[1];
    if (parts.size() > 2) {
        line.status = static_cast<unsigned>(base::parse_decimal(parts[2]).value_or(404) % 600);
    }
    if (parts.size() > 3) line.answer = parts[3];
    return line;
}

void play(dryrun::Rehearsal& rehearsal, const Line& line, std::uint64_t seq) {
    const arm::Classification what = arm::classify(line.method, line.path, test::arm_rules());
    dryrun::Request request;
    request.method = line.method;
    request.host = "management.azure.com";
    request.path = line.path;
    request.query = line.query;
    request.body = line.body;
    request.what = &what;
    dryrun::Moment moment;
    moment.seq = seq;
    moment.context.request_id = std::to_string(seq);
    std::vector<dryrun::Answered> answered;
    for (int round = 0; round < 8; ++round) {
        dryrun::Step step = rehearsal.step(request, answered, moment);
        if (std::holds_alternative<dryrun::Forward>(step)) {
            require(what.request_class == arm::RequestClass::read ||
                    (what.request_class == arm::RequestClass::action && what.clear));
            return;
        }
        if (const auto* done = std::get_if<dryrun::Done>(&step)) {
            require(done->answer.status >= 100 || line.status < 100);
            return;
        }
        const auto& questions = std::get<dryrun::Ask>(step).questions;
        require(!questions.empty());
        for (const auto& question : questions) {
            require(question.method == "GET");
            require(question.target.find_first_of(" \r\n#") == std::string::npos ||
                    what.request_class == arm::RequestClass::read);
            answered.push_back({question, {line.status, {}, std::string(line.answer), false}});
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const dryrun::Recipes recipes = dryrun::Recipes::load().value();
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    dryrun::Rehearsal rehearsal(recipes, test::arm_rules(), {});
    std::uint64_t seq = 0;
    for (const std::string_view text : base::split(input, '\n')) {
        play(rehearsal, read_line(text), ++seq);
        if (seq == 64) break;
    }
    const std::string saved = rehearsal.save();
    dryrun::Rehearsal again(recipes, test::arm_rules(), {});
    require(again.load(saved).has_value());
    require(again.save() == saved);
    return 0;
}
