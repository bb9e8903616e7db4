// What a dry run costs: a step for a read of what is not touched, a merged list, and the memory of
// a rehearsed resource. In this process, no sockets.
#include "bench/commands.hpp"
#include "core/arm/rules.hpp"
#include "core/dryrun/rehearsal.hpp"

#include <algorithm>
#include <iostream>
#include <malloc.h>
#include <stdexcept>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace armgate::bench {
namespace {

constexpr int kResources = 10'000;
constexpr int kReads = 20'000;
constexpr int kRounds = 9;
const std::string kGroup = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g";
const std::string kThings = kGroup + "/providers/Microsoft.Demo/things";

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return std::move(*result);
}

/// A rehearsal above a subscription with one group and nothing in it.
class Stage {
  public:
    Stage()
        : rules_(must(arm::load_arm_rules())),
          recipes_(must(dryrun::Recipes::load())),
          rehearsal_(recipes_, rules_, {dryrun::Lro::instant, false}) {}

    /// The body of the answer; empty where the request would be forwarded.
    std::string play(std::string_view method, const std::string& path, std::string_view body) {
        const arm::Classification what = arm::classify(method, path, rules_);
        dryrun::Request request;
        request.method = method;
        request.host = "management.azure.com";
        request.path = path;
        request.query = "api-version=2024-01-01";
        request.body = body;
        request.what = &what;
        dryrun::Moment moment;
        moment.seq = ++seq_;
        moment.context.request_id = std::to_string(seq_);
        std::vector<dryrun::Answered> answered;
        for (;;) {
            dryrun::Step step = rehearsal_.step(request, answered, moment);
            if (std::holds_alternative<dryrun::Forward>(step)) return {};
            if (auto* done = std::get_if<dryrun::Done>(&step)) {
                if (done->answer.status >= 300) throw std::runtime_error(done->answer.body);
                return std::move(done->answer.body);
            }
            for (const dryrun::Question& question : std::get<dryrun::Ask>(step).questions) {
                const std::string asked = question.target.substr(0, question.target.find('?'));
                answered.push_back({question, reply_to(asked)});
            }
        }
    }

  private:
    static dryrun::Reply reply_to(const std::string& path) {
        if (path == kThings) return {200, {}, R"({"value":[]})", false};
        if (path == kGroup) return {200, {}, R"({"id":")" + kGroup + R"("})", false};
        return {404, {}, R"({"error":{"code":"ResourceNotFound","message":"none"}})", false};
    }

    arm::ArmRules rules_;
    dryrun::Recipes recipes_;
    dryrun::Rehearsal rehearsal_;
    std::uint64_t seq_ = 0;
};

/// The median of rounds: CPU of one call in microseconds.
template <class Work>
double median_cpu_us(int calls, const Work& work) {
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        const double before = cpu_seconds(::getpid());
        for (int i = 0; i < calls; ++i) work();
        rounds.push_back((cpu_seconds(::getpid()) - before) / calls * 1e6);
    }
    std::nth_element(rounds.begin(), rounds.begin() + kRounds / 2, rounds.end());
    return rounds.at(kRounds / 2);
}

}  // namespace

void run_dry_run() {
    Stage stage;
    const std::string body =
        R"({"location":"westeurope","properties":{"text":")" + std::string(800, 'x') + "\"}}";
    const std::string path = kThings + "/thing";
    std::size_t body_bytes = 0;
    const std::size_t before = mallinfo2().uordblks;
    for (int i = 0; i < kResources; ++i) {
        body_bytes += stage.play("PUT", path + std::to_string(i), body).size();
    }
    const std::size_t held = mallinfo2().uordblks - before;
    const std::string untouched = kGroup + "/providers/Microsoft.Network/virtualNetworks/n";
    const arm::ArmRules rules = must(arm::load_arm_rules());
    std::size_t list_bytes = 0;
    const double classify_us =
        median_cpu_us(kReads, [&] { static_cast<void>(arm::classify("GET", untouched, rules)); });
    const double read_us = median_cpu_us(kReads, [&] {
        if (!stage.play("GET", untouched, {}).empty()) throw std::runtime_error("not forwarded");
    });
    const double list_us =
        median_cpu_us(1, [&] { list_bytes = stage.play("GET", kThings, {}).size(); });
    const nlohmann::json out{{"resources", kResources},
                             {"body_bytes", body_bytes / kResources},
                             {"held_bytes", held / kResources},
                             {"untouched_read_us", std::max(0.0, read_us - classify_us)},
                             {"list_us", list_us},
                             {"list_bytes", list_bytes}};
    std::cout << out.dump() << "\n";
}

}  // namespace armgate::bench
