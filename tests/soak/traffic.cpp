#include "soak/traffic.hpp"

#include "support/proxy_fixture.hpp"

namespace armgate::tests::soak {
namespace {

void must(bool holds, const std::string& what) {
    if (!holds) throw WireError(what);
}

}  // namespace

Client::Client(const Place& place, Tally& tally, unsigned seed)
    : place_(place), tally_(tally), random_(seed) {
}

const std::vector<Client::Act>& Client::acts() {
    static const std::vector<Act> all{{"reads", &Client::reads, 30},
                                      {"writes", &Client::writes, 20},
                                      {"refused", &Client::refused, 15},
                                      {"held", &Client::held, 10},
                                      {"large", &Client::large, 3},
                                      {"new_connection", &Client::new_connection, 8},
                                      {"tunnel", &Client::tunnel, 4},
                                      {"malformed", &Client::malformed, 4},
                                      {"vanish_in_upload", &Client::vanish_in_upload, 3},
                                      {"vanish_in_handshake", &Client::vanish_in_handshake, 2},
                                      {"vanish_at_once", &Client::vanish_at_once, 2},
                                      {"cut_answer", &Client::cut_answer, 2}};
    return all;
}

void Client::act() {
    std::vector<int> weights;
    for (const Act& one : acts()) weights.push_back(one.weight);
    std::discrete_distribution<std::size_t> choose(weights.begin(), weights.end());
    const Act& chosen = acts()[choose(random_)];
    try {
        (this->*chosen.run)();
        const std::lock_guard lock(tally_.mutex);
        ++tally_.acts[chosen.name];
    } catch (const WireError& error) {
        kept_.reset();
        ++tally_.faults;
        const std::lock_guard lock(tally_.mutex);
        if (tally_.said.size() < 10) {
            tally_.said.push_back(std::string(chosen.name) + ": " + error.what());
        }
    }
}

Wire Client::connect_to(const std::string& authority) {
    Wire wire = Wire::connect(place_.proxy);
    wire.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    must(wire.read_head().status() == 200, "CONNECT was refused");
    return wire;
}

Wire Client::arm() {
    Wire wire = connect_to(std::string(kArm) + ":443");
    wire.start_tls({kArm, {"http/1.1"}, place_.ca_pem, 0});
    return wire;
}

void Client::expect(Wire& wire, const std::string& request, int status) {
    ++tally_.requests;
    wire.send(request);
    const int got = wire.read_response().status();
    must(got == status, std::to_string(got) + " instead of " + std::to_string(status));
}

std::string Client::random_body(std::size_t most) {
    return std::string(1 + random_() % most, static_cast<char>('a' + random_() % 26));
}

void Client::reads() {
    if (!kept_) kept_ = std::make_unique<Wire>(arm());
    for (int i = 0; i < 10; ++i) expect(*kept_, request("GET", kGroup, user_without_mfa()), 200);
}

void Client::writes() {
    if (!kept_) kept_ = std::make_unique<Wire>(arm());
    for (int i = 0; i < 5; ++i) {
        expect(*kept_, request("PUT", kGroup, user_with_mfa(), random_body(20'000)), 200);
    }
}

void Client::refused() {
    if (!kept_) kept_ = std::make_unique<Wire>(arm());
    expect(*kept_, request("DELETE", kGroup, user_without_mfa()), 401);
    expect(*kept_, request("PUT", kGroup, user_without_mfa(), random_body(20'000)), 401);
}

void Client::held() {
    if (!kept_) kept_ = std::make_unique<Wire>(arm());
    expect(*kept_, request("PUT", kStorageDeployment, user_without_mfa(), kStorageDeploymentBody),
           401);
}

void Client::large() {
    Wire wire = arm();
    expect(wire, request("PUT", "/large", user_with_mfa(), std::string(std::size_t{4} << 20U, 'x')),
           200);
}

void Client::new_connection() {
    Wire wire = arm();
    expect(wire, request("GET", kGroup, user_without_mfa()), 200);
    random_() % 2 == 0 ? wire.close() : wire.reset();
}

void Client::tunnel() {
    ++tally_.tunnels;
    Wire wire = connect_to("127.0.0.1:" + std::to_string(place_.echo));
    const std::string bytes = "plain " + random_body(50'000);
    wire.send(bytes);
    must(wire.read_exactly(bytes.size()) == bytes, "the tunnel changed bytes");
    random_() % 2 == 0 ? wire.close() : wire.reset();
}

void Client::malformed() {
    Wire wire = arm();
    expect(wire, request("PUT", kGroup, "Content-Length: 1\r\nContent-Length: 2\r\n"), 400);
}

void Client::vanish_in_upload() {
    Wire wire = arm();
    expect(wire, request("GET", kGroup, user_with_mfa()), 200);
    const std::string whole = request("PUT", kGroup, user_with_mfa(), random_body(60'000) + "xx");
    const std::size_t head = whole.find("\r\n\r\n") + 4;
    ++tally_.unsure;  // a reset may overtake it
    wire.send(whole.substr(0, head + (whole.size() - head) / 2));
    random_() % 2 == 0 ? wire.close() : wire.reset();
}

void Client::vanish_in_handshake() {
    Wire wire = connect_to(std::string(kArm) + ":443");
    wire.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
    random_() % 2 == 0 ? wire.close() : wire.reset();
}

void Client::vanish_at_once() {
    Wire wire = Wire::connect(place_.proxy);
    if (random_() % 2 == 0) wire.send("CONNECT manage");
    random_() % 2 == 0 ? wire.close() : wire.reset();
}

void Client::cut_answer() {
    ++tally_.requests;
    Wire wire = arm();
    wire.send(request("GET", "/cut", user_with_mfa()));
    static_cast<void>(wire.read_to_end());
    must(wire.ending() == Ending::cut, "a cut was passed off as an end");
}

}  // namespace armgate::tests::soak
