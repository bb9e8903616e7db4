#include "support/hostile_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace armgate::tests {
namespace {

const std::string kFolder = ARMGATE_TEST_DATA "/hostile/";

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("no such case: " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> split_answers(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, '+');) out.push_back(part);
    return out;
}

HostileCase read_case(const std::string& line, HostileSide side) {
    std::istringstream words(line);
    HostileCase out;
    std::string answers;
    if (!(words >> out.name >> answers >> out.rule)) {
        throw std::runtime_error("not a case: " + line);
    }
    std::getline(words >> std::ws, out.says);
    out.answers = split_answers(answers);
    out.bytes = bytes_of(kFolder + folder_of(side) + "/" + out.name + ".http");
    return out;
}

}  // namespace

bool HostileCase::is_refused() const {
    return answers.back().starts_with('4') || answers.back().starts_with('5');
}

std::string HostileCase::method() const {
    return bytes.substr(0, bytes.find(' '));
}

std::ostream& operator<<(std::ostream& out, const HostileGroup& group) {
    return out << group.name;
}

std::string folder_of(HostileSide side) {
    if (side == HostileSide::request) return "request";
    return side == HostileSide::connect ? "connect" : "response";
}

std::vector<HostileGroup> hostile_groups(HostileSide side) {
    std::ifstream index(kFolder + folder_of(side) + ".index");
    std::vector<HostileGroup> groups;
    for (std::string line; std::getline(index, line);) {
        if (line.empty() || line.front() == '#') continue;
        if (line.front() == '[') {
            groups.push_back({line.substr(1, line.find(']') - 1), {}});
            continue;
        }
        if (groups.empty()) throw std::runtime_error("a case before the first group: " + line);
        groups.back().cases.push_back(read_case(line, side));
    }
    return groups;
}

std::vector<std::string> hostile_files(HostileSide side) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder + folder_of(side))) {
        out.push_back(entry.path().stem());
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace armgate::tests
