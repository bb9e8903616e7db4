#include "support/proxy_fixture.hpp"

#include "certs/authority.hpp"

namespace armgate::tests {
namespace {

template <class List>
List wait_for(std::mutex& mutex,
              std::condition_variable& changed,
              const List& list,
              std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, kWireLimit, [&] { return list.size() >= count; });
    return list;
}

template <class T>
T must(Result<T> result) {
    if (!result) throw WireError(result.error().detail);
    return std::move(*result);
}

}  // namespace

void RecordKeeper::at_each(std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    at_each_ = std::move(call);
}

void RecordKeeper::on_request(std::shared_ptr<const trace::RequestRecord> record) {
    {
        const std::lock_guard lock(mutex_);
        if (at_each_) at_each_();
        requests_.push_back(*record);
    }
    changed_.notify_all();
}

void RecordKeeper::on_tunnel(const trace::TunnelRecord& record) {
    {
        const std::lock_guard lock(mutex_);
        tunnels_.push_back(record);
    }
    changed_.notify_all();
}

void RecordKeeper::on_untrusting_client(const std::string& host, const std::string& user_agent) {
    {
        const std::lock_guard lock(mutex_);
        untrusting_.push_back(host + " " + user_agent);
    }
    changed_.notify_all();
}

std::vector<trace::RequestRecord> RecordKeeper::requests(std::size_t count) {
    return wait_for(mutex_, changed_, requests_, count);
}

std::vector<trace::TunnelRecord> RecordKeeper::tunnels(std::size_t count) {
    return wait_for(mutex_, changed_, tunnels_, count);
}

std::vector<std::string> RecordKeeper::untrusting(std::size_t count) {
    return wait_for(mutex_, changed_, untrusting_, count);
}

TestProxy::TestProxy(io::Settings settings, const std::string& upstream_ca, bool traced) {
    auto foundation = must(cli::load_foundation(cli::RawOptions()));
    auto authority = must(certs::create_authority(foundation->hosts.constraint_names(), now()));
    settings.listen.address(boost::asio::ip::make_address("127.0.0.1"));
    const std::string trace = traced ? folder_.file("trace.jsonl") : std::string();
    runtime_ = must(cli::Runtime::start({std::move(foundation),
                                         std::move(settings),
                                         std::move(authority),
                                         {},
                                         {upstream_ca},
                                         trace,
                                         &keeper_}));
}

ProxyTest::ProxyTest() : upstream_(pki_.leaf(kArm)) {
    settings_.connect_to = {{kArm, 443, "127.0.0.1", upstream_.port()}};
}

TestProxy& ProxyTest::proxy() {
    if (!proxy_) proxy_ = std::make_unique<TestProxy>(settings_, pki_.ca_pem(), traced_);
    return *proxy_;
}

int ProxyTest::connect(Wire& wire, const std::string& authority) {
    wire.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    return wire.read_head().status();
}

TlsOptions ProxyTest::tls_options(const std::string& sni) {
    return {sni, {"http/1.1"}, proxy().ca_pem(), 0};
}

Wire ProxyTest::arm() {
    Wire wire = dial();
    const int status = connect(wire, std::string(kArm) + ":443");
    if (status != 200) throw WireError("CONNECT: " + std::to_string(status));
    wire.start_tls(tls_options());
    return wire;
}

std::string request(const std::string& method,
                    const std::string& target,
                    const std::string& fields,
                    const std::string& body) {
    const bool has_body = !body.empty() || method == "PUT" || method == "POST";
    return method + " " + target + " HTTP/1.1\r\nHost: " + kArm + "\r\n" + fields +
           (has_body ? "Content-Length: " + std::to_string(body.size()) + "\r\n" : "") + "\r\n" +
           body;
}

std::string authorization(const std::string& token_claims) {
    return "Authorization: " + test::bearer(token_claims) + "\r\n";
}

std::string user_without_mfa() {
    return authorization(
        test::claims(R"("idtyp":"user","scp":"user_impersonation","amr":["pwd"])"));
}

std::string user_with_mfa() {
    return authorization(
        test::claims(R"("idtyp":"user","scp":"user_impersonation","amr":["pwd","mfa"])"));
}

std::string service_principal() {
    return authorization(test::claims(R"("idtyp":"app","appid":"a","oid":"b","sub":"b")"));
}

}  // namespace armgate::tests
