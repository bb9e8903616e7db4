#include "io/net/session.hpp"

#include "core/arm/hosts.hpp"
#include "core/http/reader.hpp"
#include "io/dryrun/dry_run.hpp"
#include "io/net/answer.hpp"
#include "io/net/exchange.hpp"
#include "io/net/request_record.hpp"
#include "io/net/tunnel.hpp"
#include "io/system/clock.hpp"
#include "io/system/log.hpp"

namespace armgate::io {
namespace {

constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";
constexpr int kMaxCredentialTries = 3;

bool is_gone(const Error& error) {
    return error.code == Errc::connection_closed || error.code == Errc::truncated;
}

/// True where the client closed TLS and nothing came before that.
bool is_at_end(Stream& client) {
    return client.has_news() && SSL_pending(client.ssl()) == 0;
}

}  // namespace

Session::Session(tcp::socket socket, Worker& worker)
    : worker_(worker),
      limits_(worker.shared.settings.limits),
      client_(std::move(socket), worker.watchdog),
      id_(++worker.shared.last_connection),
      started_(std::chrono::steady_clock::now()) {
}

Session::~Session() = default;

awaitable<void> Session::run() {
    const Next next = co_await await_connect();
    if (next == Next::tunnel) co_await tunnel();
    if (next == Next::intercept) {
        const Result<void> told =
            co_await client_.write(kEstablished, after(limits_.body_progress));
        if (told) co_await intercept();
    }
    client_.close();
}

awaitable<Result<http::RequestHead>> Session::read_head() {
    const SteadyTime until = after(limits_.client_head);
    http::MessageReader reader = http::MessageReader::request();
    for (;;) {
        const Result<std::size_t> taken = reader.put(input_.view());
        if (!taken) co_return taken.error();
        input_.consume(*taken);
        if (reader.head_done()) co_return std::move(reader.request_head());
        const std::span<char> room = input_.prepare();
        const Result<std::size_t> got = co_await client_.read_some(room, until);
        if (!got && got.error().code == Errc::timed_out) {
            co_return Error{Errc::client_timed_out,
                            at_limit(limits_, &Limits::client_head,
                                     "the CONNECT head took too long to arrive")};
        }
        if (!got) co_return got.error();
        if (*got == 0) co_return Error{Errc::connection_closed, {}};
        input_.commit(*got);
    }
}

Result<void> Session::check_connect(const http::RequestHead& head) {
    const auto authority = http::parse_connect_target(head.target);
    if (!authority) return authority.error();
    auto host = arm::normalise_host(authority->host);
    if (!host) return host.error();
    // Clients write Host with or without the port; HTTP/1.0 ones leave it out. Compared as typed:
    // an IPv6 address has many spellings, and a client uses the same one twice.
    const auto named = head.fields.find("Host");
    if (head.fields.count("Host") > 1 ||
        (named && !http::names_host(*named, authority->host, authority->port) &&
         !http::names_host(*named, authority->host, 443))) {
        return Error{Errc::bad_host, "Host names another host than CONNECT does"};
    }
    target_ = {*host, authority->port, *host};
    return {};
}

bool Session::is_authorised(const http::RequestHead& head) const {
    const ProxyCredentials& wanted = worker_.shared.credentials;
    if (!wanted.are_asked_for()) return true;
    const auto sent = head.fields.find("Proxy-Authorization");
    return sent && head.fields.count("Proxy-Authorization") == 1 && wanted.admit(*sent);
}

awaitable<bool> Session::say(unsigned status, std::string_view code, std::string message) {
    const arm::AnswerContext context = new_answer_context(now(), {});
    const arm::LocalAnswer local = arm::arm_error(status, code, message, context);
    const std::string bytes = serialise(local, "CONNECT", http::Connection::close);
    const Result<void> sent = co_await client_.write(bytes, after(limits_.body_progress));
    if (sent) co_await close_lingering(client_, limits_);
    co_return sent.has_value();
}

Error Session::not_a_connect(const http::RequestHead& head) {
    if (http::is_plain_http_target(head.target)) {
        return {Errc::plain_http,
                "plain HTTP is not proxied, because a token would go out in the clear; use an "
                "https URL, set HTTPS_PROXY only and leave HTTP_PROXY unset"};
    }
    return {Errc::not_a_proxy_request,
            "this is armgate, an HTTPS proxy, and it answers CONNECT only; set HTTPS_PROXY to its "
            "address, or start your command with 'armgate run -- COMMAND'"};
}

awaitable<void> Session::refuse(const http::RequestHead& head, Error error) {
    const auto record = std::make_shared<trace::RequestRecord>();
    record->time = now();
    note_head(*record, head, id_, worker_.shared);
    record->host = http::host_for_record(head.target);
    note_unforwardable(*record, head, worker_.shared.hosts.cloud_of(record->host), worker_.shared);
    record->action = trace::Action::refused;
    record->status = status_of(error.code);
    record->error = std::string(error_name(error.code)) + ": " + error.detail;
    record->total = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started_);
    // What was meant for another host is no ARM request: it is on record, and counts nowhere.
    if (worker_.shared.hosts.contains(record->host)) {
        publish(record, worker_.shared);
    } else if (worker_.shared.trace != nullptr) {
        worker_.shared.trace->append(trace::encode(*record, worker_.shared.redaction));
    }
    co_await say_error(std::move(error));
}

awaitable<void> Session::say_error(Error error) {
    co_await say(status_of(error.code), arm_code_of(error.code), sentence_of(error));
}

awaitable<bool> Session::ask_for_credentials() {
    constexpr std::string_view kAsk =
        "HTTP/1.1 407 Proxy Authentication Required\r\n"
        "Proxy-Authenticate: Basic realm=\"armgate\"\r\nContent-Length: 0\r\n\r\n";
    const Result<void> sent = co_await client_.write(kAsk, after(limits_.body_progress));
    co_return sent.has_value();
}

void Session::report_without_credentials() {
    Observer* observer = worker_.shared.observer;
    if (observer != nullptr) observer->on_client_without_credentials(user_agent_);
}

awaitable<Session::Next> Session::await_connect() {
    for (int tries = 0; tries < kMaxCredentialTries; ++tries) {
        const Result<http::RequestHead> head = co_await read_head();
        if (!head && (head.error().code == Errc::connection_closed)) {
            if (tries > 0) report_without_credentials();
            co_return Next::stop;
        }
        if (!head) {
            http::RequestHead begun;
            keep_request_line(begun, input_.view());
            // Bytes that begin no request (a TLS or SOCKS hello, say) are answered, not recorded.
            if (begun.method.empty()) {
                co_await say_error(head.error());
            } else {
                co_await refuse(begun, head.error());
            }
            co_return Next::stop;
        }
        user_agent_ = std::string(head->fields.find("User-Agent").value_or(""));
        if (head->method != "CONNECT") {
            co_await refuse(*head, not_a_connect(*head));
            co_return Next::stop;
        }
        if (!is_authorised(*head)) {
            const bool asked = co_await ask_for_credentials();
            if (!asked) co_return Next::stop;
            continue;
        }
        if (const auto checked = check_connect(*head); !checked) {
            co_await refuse(*head, checked.error());
            co_return Next::stop;
        }
        co_return worker_.shared.hosts.contains(target_.host) ? Next::intercept : Next::tunnel;
    }
    report_without_credentials();
    co_return Next::stop;
}

awaitable<void> Session::intercept() {
    Result<std::shared_ptr<SSL_CTX>> leaf = worker_.shared.leaves.for_host(target_.host, now());
    if (!leaf) {
        log_error(leaf.error().detail);
        co_return;
    }
    certs::SslHandle ssl(SSL_new(leaf->get()));
    SSL_set_accept_state(ssl.get());
    const std::string already_read(input_.view());
    client_.start_tls(std::move(ssl), already_read);
    input_.consume(already_read.size());
    input_.release();
    const Result<void> shaken = co_await client_.handshake(after(limits_.client_tls));
    if (!shaken) log_handshake(shaken.error());
    bool open = shaken.has_value();
    bool is_first = true;
    // By then our certificate was on its way; the end may come while our side still shakes hands.
    bool left =
        !shaken && is_gone(shaken.error()) && SSL_get_current_cipher(client_.ssl()) != nullptr;
    while (open) {
        if (input_.empty()) {
            input_.release();
            const Result<void> came =
                co_await client_.wait_readable(after(limits_.client_idle), Deadline::Waiting::idle);
            // An end, and no byte of a request before it; also where a stop was quicker to tell.
            if (is_first) left = (!came && is_gone(came.error())) || is_at_end(client_);
            if (!came && came.error().code == Errc::timed_out) log_idle();
            if (!came) break;
        }
        is_first = false;
        open = co_await serve_one();
    }
    report_untrusting(left ? Left::without_request : Left::no);
}

void Session::log_handshake(const Error& error) const {
    if (client_.peer_trust() == PeerTrust::rejected) return;  // told by the observer
    const bool late = error.code == Errc::timed_out && !client_.deadline().is_stopping();
    log_info("a client's TLS handshake for " + target_.host + " failed: " +
             (late ? at_limit(limits_, &Limits::client_tls, error.detail) : error.detail));
}

void Session::log_idle() const {
    if (client_.deadline().is_stopping()) return;
    log_info(at_limit(limits_, &Limits::client_idle, "closed an idle connection of a client"));
}

void Session::report_untrusting(Left left) {
    Observer* observer = worker_.shared.observer;
    if (observer == nullptr) return;
    if (client_.peer_trust() == PeerTrust::rejected) {
        observer->on_untrusting_client(target_.host, user_agent_);
    } else if (left == Left::without_request) {
        observer->on_client_left(target_.host, user_agent_);
    }
}

awaitable<bool> Session::serve_one() {
    const ExchangeContext context{worker_, client_, input_, target_, id_};
    Exchange exchange(context);
    const Exchange::After next = co_await exchange.run();
    co_return next == Exchange::After::keep;
}

awaitable<std::optional<std::string>> Session::arm_name_by_sni() {
    // A client that waits for the server to speak first is not held up for long; should it still
    // say hello to an ARM host later, the tunnel refuses it.
    const SteadyTime until = after(limits_.expect_continue);
    for (;;) {
        const SniffResult sniffed = sniff_bytes(input_.view(), worker_.shared.hosts);
        if (sniffed.kind == SniffResult::Kind::arm_host) co_return sniffed.server_name;
        if (sniffed.kind != SniffResult::Kind::need_more) co_return std::nullopt;
        if (input_.view().size() > limits_.client_hello_bytes) co_return std::nullopt;
        const Result<bool> came = co_await client_.input_came(until);
        if (!came || !*came) co_return std::nullopt;
        const std::span<char> room = input_.prepare();
        const Result<std::size_t> got = co_await client_.read_some(room, until);
        if (!got || *got == 0) co_return std::nullopt;
        input_.commit(*got);
    }
}

awaitable<bool> Session::tunnel_is_forbidden(trace::TunnelRecord& record) {
    const DryRun* dry_run = worker_.shared.dry_run;
    std::string why = dry_run == nullptr ? std::string() : dry_run->forbids(target_.host);
    if (why.empty()) co_return false;
    record.error = std::string(error_name(Errc::not_rehearsed)) + ": " + why;
    record_tunnel(record);
    Observer* observer = worker_.shared.observer;
    if (observer != nullptr) observer->on_forbidden_tunnel(target_.host, why);
    co_await say(403, "DryRun", std::move(why));
    co_return true;
}

awaitable<void> Session::tunnel() {
    trace::TunnelRecord record;
    record.time = now();
    record.host = target_.host;
    record.port = target_.port;
    const bool forbidden_here = co_await tunnel_is_forbidden(record);
    if (forbidden_here) co_return;
    Result<tcp::socket> socket = co_await worker_.dialer.connect(target_.host, target_.port);
    if (!socket) {
        record.error = std::string(error_name(socket.error().code)) + ": " + socket.error().detail;
        record_tunnel(record);
        const bool forbidden = socket.error().code == Errc::address_forbidden;
        const unsigned status = forbidden ? 403 : status_of(socket.error().code);
        co_await say(status, forbidden ? "Forbidden" : arm_code_of(socket.error().code),
                     sentence_of(socket.error()));
        co_return;
    }
    Stream server(std::move(*socket), worker_.watchdog);
    const Result<void> told = co_await client_.write(kEstablished, after(limits_.body_progress));
    if (!told) co_return;
    if (arm::is_ip_address(target_.host)) {
        const std::optional<std::string> name = co_await arm_name_by_sni();
        if (name) {
            server.close();
            target_.host = *name;  // still dialled at the address the client chose
            co_await intercept();
            co_return;
        }
    }
    Tunnel relay(client_, server, input_, limits_);
    const Tunnel::Forbidden names{worker_.shared.hosts, worker_.shared.dry_run};
    co_await relay.run(names, record);
    record_tunnel(record);
}

void Session::record_tunnel(trace::TunnelRecord& record) {
    record.session = worker_.shared.session;
    record.connection = id_;
    record.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - started_);
    if (worker_.shared.trace != nullptr) worker_.shared.trace->append(trace::encode(record));
    if (worker_.shared.observer != nullptr) worker_.shared.observer->on_tunnel(record);
}

}  // namespace armgate::io
