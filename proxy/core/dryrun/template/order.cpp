// What waits for what: `dependsOn`, and what a resource refers to in its properties.
#include "core/arm/template_expression.hpp"
#include "core/base/text.hpp"
#include "core/dryrun/template/plan.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace armgate::dryrun::language {
namespace {

using Edges = std::vector<std::set<std::size_t>>;  ///< of each resource, what it waits for

/// Reads what the resources wait for.
class Waits {
  public:
    Waits(Evaluator& evaluator, Plan& plan)
        : evaluator_(evaluator), plan_(plan), strong(plan.resources.size()), weak(strong) {}

    void read_all() {
        std::vector<Loop> loops;
        loops.swap(evaluator_.context().loops);
        for (std::size_t i = 0; i < plan_.resources.size(); ++i) {
            if (session().stopped()) break;
            read(i);
        }
        loops.swap(evaluator_.context().loops);
    }

  private:
    void read(std::size_t i) {
        const Planned& planned = plan_.resources[i];
        evaluator_.context().loops = planned.loops;
        const Json& declared = *planned.declared;
        if (const Json* const waits = present(declared, "dependsOn")) read_depends_on(i, *waits);
        for (const auto& [key, value] : declared.get_ref<const Json::object_t&>()) {
            const bool own = !base::ascii_iequals(key, "dependsOn") &&
                             !base::ascii_iequals(key, "resources") &&
                             !base::ascii_iequals(key, "properties");
            if (own) look_for_references(i, value);
        }
        const Json* const properties = present(declared, "properties");
        if (properties == nullptr || !properties->is_object()) return;
        const bool inner = planned.is_deployment && evaluates_inside(*properties);
        for (const auto& [key, value] : properties->get_ref<const Json::object_t&>()) {
            if (!inner || !base::ascii_iequals(key, "template")) look_for_references(i, value);
        }
    }

    void read_depends_on(std::size_t i, const Json& waits) {
        const PlaceScope place(session(), "resource '" + plan_.resources[i].what.name + "'");
        const Json names = evaluator_.evaluate(waits);
        if (!names.is_array()) return;
        for (const Json& name : names) {
            if (!name.is_string() || session().stopped()) continue;
            const auto* const found = plan_.find(text(name));
            if (found == nullptr) {
                if (plan_.all_named() && plan_.resources[i].state != Planned::State::left_out) {
                    session().fail_whole("undefined", {{"name", text(name)}});
                }
                continue;
            }
            add(strong[i], i, *found);
            if (*found == std::vector{i}) strong[i].insert(i);  // a circle of one
        }
    }

    void add(std::set<std::size_t>& edges, std::size_t self, const std::vector<std::size_t>& to) {
        if (!session().spend(4 * to.size() + 1)) return;
        for (const std::size_t other : to) {
            if (other != self) edges.insert(other);
        }
    }

    void look_for_references(std::size_t i, const Json& value) {
        if (!session().spend(1)) return;
        if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            if (!arm::is_expression(text)) return;
            if (const Node* const tree = session().parsed(text)) look_in(i, *tree);
        } else if (value.is_structured()) {
            for (const Json& inner : value) look_for_references(i, inner);
        }
    }

    void look_in(std::size_t i, const Node& node) {
        if (!session().spend(1)) return;
        const bool reads = node.kind == Node::Kind::call && !node.children.empty();
        const bool refers = reads && (node.name == "reference" || node.name == "references");
        if (refers || (reads && node.name.starts_with("list"))) add_reference(i, node, refers);
        for (const Node& child : node.children) look_in(i, child);
    }

    /// By id, and by `list*`, ARM does not always wait: such an edge gives way to the others.
    void add_reference(std::size_t i, const Node& node, bool refers) {
        std::string name;
        {
            const Probe probe(session());
            const Held value = evaluator_.node(node.children[0]);
            name = text(*value);
        }
        const auto* const found = name.empty() ? nullptr : plan_.find(name);
        if (found == nullptr) return;
        const bool by_name = refers && !name.starts_with('/');
        add(by_name ? strong[i] : weak[i], i, *found);
    }

    Session& session() { return evaluator_.session(); }

    Evaluator& evaluator_;
    Plan& plan_;

  public:
    Edges strong;
    Edges weak;
};

/// The numbers in an order in which each comes after what it waits for, otherwise as they stand in
/// the template. Fewer than all where there is a circle.
std::vector<std::size_t> sorted(const Edges& edges, const Edges* more) {
    const std::size_t count = edges.size();
    std::vector<std::size_t> missing(count);
    std::vector<std::vector<std::size_t>> waiting(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::set<std::size_t> all = edges[i];
        if (more != nullptr) all.insert((*more)[i].begin(), (*more)[i].end());
        missing[i] = all.size();
        for (const std::size_t other : all) waiting[other].push_back(i);
    }
    std::set<std::size_t> ready;
    for (std::size_t i = 0; i < count; ++i) {
        if (missing[i] == 0) ready.insert(i);
    }
    std::vector<std::size_t> out;
    while (!ready.empty()) {
        const std::size_t next = *ready.begin();
        ready.erase(ready.begin());
        out.push_back(next);
        for (const std::size_t other : waiting[next]) {
            if (--missing[other] == 0) ready.insert(other);
        }
    }
    return out;
}

/// One of the resources that wait for themselves.
std::size_t on_a_circle(const Edges& edges, const std::vector<std::size_t>& done) {
    std::vector<char> over(edges.size(), 0);
    for (const std::size_t index : done) over[index] = 1;
    std::size_t at = 0;
    while (over[at] != 0) ++at;
    std::vector<char> seen(edges.size(), 0);
    while (seen[at] == 0) {
        seen[at] = 1;
        // What is left waits for something else that is left.
        at = *std::find_if(edges[at].begin(), edges[at].end(),
                           [&over](std::size_t other) { return over[other] == 0; });
    }
    return at;
}

}  // namespace

void put_in_order(Evaluator& evaluator, Plan& plan) {
    Waits waits(evaluator, plan);
    waits.read_all();
    Session& session = evaluator.session();
    if (session.stopped()) return;
    std::vector<std::size_t> order = sorted(waits.strong, &waits.weak);
    if (order.size() < plan.resources.size()) order = sorted(waits.strong, nullptr);
    if (order.size() < plan.resources.size()) {
        const Declared& what = plan.resources[on_a_circle(waits.strong, order)].what;
        session.fail_whole("cycle", {{"id", what.id.empty() ? what.name : what.id}});
        return;
    }
    for (std::size_t i = 0; i < plan.resources.size(); ++i) {
        plan.resources[i].waits_for.assign(waits.strong[i].begin(), waits.strong[i].end());
    }
    for (const std::size_t index : order) {
        if (plan.resources[index].state != Planned::State::left_out) plan.order.push_back(index);
    }
}

}  // namespace armgate::dryrun::language
