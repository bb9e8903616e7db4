#include "core/http/reader.hpp"

#include "core/http/chunked.hpp"
#include "core/http/field_syntax.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

namespace armgate::http {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

namespace {

/// What a parser finds, in one place for both directions.
struct Found {
    RequestHead request;
    ResponseHead response;
    bool head_done = false;
};

/// Beast's parser without its containers, and for heads alone: fields go straight into our own
/// head. Of a trailer it would make fields of the head that was already judged.
template <bool IsRequest>
class Parser final : public beast_http::basic_parser<IsRequest> {
  public:
    explicit Parser(Found& found) : found_(found) {
        this->header_limit(static_cast<std::uint32_t>(kMaxHeadBytes));
        this->body_limit(boost::none);
        this->eager(false);
    }

  private:
    using string_view = boost::beast::string_view;

    void on_request_impl(beast_http::verb,
                         string_view method,
                         string_view target,
                         int version,
                         error_code&) override {
        found_.request.method.assign(method.data(), method.size());
        found_.request.target.assign(target.data(), target.size());
        found_.request.minor_version = version - 10;
    }

    void on_response_impl(int code, string_view reason, int version, error_code& ec) override {
        if (code < 100 || code > 599) ec = beast_http::error::bad_status;
        found_.response.status = static_cast<unsigned>(code);
        found_.response.reason.assign(reason.data(), reason.size());
        found_.response.minor_version = version - 10;
    }

    void on_field_impl(beast_http::field,
                       string_view name,
                       string_view value,
                       error_code&) override {
        FieldList& fields = IsRequest ? found_.request.fields : found_.response.fields;
        fields.add({name.data(), name.size()}, {value.data(), value.size()});
    }

    void on_header_impl(error_code&) override { found_.head_done = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    Found& found_;
};

Errc code_of(const error_code& ec) noexcept {
    using beast_http::error;
    if (ec == error::bad_field || ec == error::bad_value) return Errc::bad_field;
    if (ec == error::bad_content_length || ec == error::multiple_content_length ||
        ec == error::bad_transfer_encoding) {
        return Errc::bad_framing;
    }
    return Errc::bad_request_line;
}

/// What the parser missed. Its own word for a fault of framing is "bad Content-Length" even where
/// that stands with Transfer-Encoding.
std::string sentence_of(const error_code& ec) {
    if (code_of(ec) == Errc::bad_framing) {
        return "Content-Length or Transfer-Encoding is malformed, stands more than once or stands "
               "with the other (RFC 9112 section 6.3)";
    }
    return "the message is not well-formed HTTP/1.1: " + ec.message();
}

/// Position after the empty line that ends a head, from `from` on; npos where it has not come.
std::size_t head_end(std::string_view bytes, std::size_t from) noexcept {
    const std::size_t at = bytes.find("\r\n\r\n", from);
    return at == std::string_view::npos ? at : at + 4;
}

}  // namespace

struct MessageReader::Impl {
    explicit Impl(std::optional<std::string> request_method) : method(std::move(request_method)) {
        if (is_request()) {
            request_parser.emplace(found);
        } else {
            response_parser.emplace(found);
            response_parser->skip(*method == "HEAD");
        }
    }

    [[nodiscard]] bool is_request() const noexcept { return !method.has_value(); }

    std::size_t parse(std::string_view bytes, error_code& ec) {
        const boost::asio::const_buffer buffer(bytes.data(), bytes.size());
        return is_request() ? request_parser->put(buffer, ec) : response_parser->put(buffer, ec);
    }

    [[nodiscard]] bool parser_done() const noexcept {
        return is_request() ? request_parser->is_done() : response_parser->is_done();
    }

    Result<std::size_t> put_head(std::string_view bytes);
    Result<std::size_t> put_body(std::string_view bytes);
    Result<void> set_framing();

    std::optional<std::string> method;  ///< of the request, where this reads a response
    Found found;
    std::optional<Parser<true>> request_parser;
    std::optional<Parser<false>> response_parser;
    BodyFraming framing;
    std::uint64_t left = 0;  ///< body bytes still to come, where their number is known
    ChunkedReader chunks;
    std::string_view block;
    std::size_t scanned = 0;  ///< bytes of an unfinished head already looked at
    bool done = false;
};

Result<void> MessageReader::Impl::set_framing() {
    const auto checked =
        is_request() ? request_framing(found.request) : response_framing(found.response, *method);
    if (!checked) return checked.error();
    framing = *checked;
    left = framing.length;
    done = framing.kind == Framing::none;
    // Beast skips a body only where it reads the head as we do; anything else would be two readings
    // of one message.
    const bool until_close = framing.kind == Framing::until_close;
    if (!until_close && parser_done() != done) {
        return Error{is_request() ? Errc::bad_framing : Errc::bad_response,
                     "the end of the message is not certain"};
    }
    return {};
}

Result<std::size_t> MessageReader::Impl::put_head(std::string_view bytes) {
    const std::size_t from = scanned < 3 ? 0 : scanned - 3;
    const std::size_t end = head_end(bytes, from);
    const std::size_t size = end == std::string_view::npos ? bytes.size() : end;
    if (size > kMaxHeadBytes) {
        return Error{Errc::head_too_large, "the head is larger than " +
                                               std::to_string(kMaxHeadBytes / 1024) +
                                               " KiB (limit head-bytes)"};
    }
    if (end == std::string_view::npos) {
        if (const auto so_far = check_head_so_far(bytes, scanned); !so_far) return so_far.error();
        scanned = bytes.size();
        return std::size_t{0};
    }
    const std::string_view head = bytes.substr(0, end);
    if (const auto checked = check_head_bytes(head); !checked) {
        if (is_request()) return checked.error();
        return Error{Errc::bad_response, checked.error().detail};
    }
    error_code ec;
    const std::size_t taken = parse(head, ec);
    if (ec) {
        return Error{is_request() ? code_of(ec) : Errc::bad_response, sentence_of(ec)};
    }
    if (taken != end || !found.head_done) {
        return Error{is_request() ? Errc::bad_request_line : Errc::bad_response,
                     "the head does not end where its empty line is"};
    }
    if (const auto set = set_framing(); !set) return set.error();
    return taken;
}

Result<std::size_t> MessageReader::Impl::put_body(std::string_view bytes) {
    if (framing.kind == Framing::chunked) {
        const auto step = chunks.put(bytes);
        if (!step)
            return is_request() ? step.error() : Error{Errc::bad_response, step.error().detail};
        block = step->block;
        done = chunks.done();
        return step->taken;
    }
    if (framing.kind == Framing::length) {
        bytes =
            bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
        left -= bytes.size();
        done = left == 0;
    }
    block = bytes;
    return bytes.size();
}

MessageReader::MessageReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {
}
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&&) noexcept = default;
MessageReader::~MessageReader() = default;

MessageReader MessageReader::request() {
    return MessageReader(std::make_unique<Impl>(std::nullopt));
}

MessageReader MessageReader::response(std::string_view request_method) {
    return MessageReader(std::make_unique<Impl>(std::string(request_method)));
}

Result<std::size_t> MessageReader::put(std::string_view bytes) {
    impl_->block = {};
    if (impl_->done) return std::size_t{0};
    if (!impl_->found.head_done) return impl_->put_head(bytes);
    return impl_->put_body(bytes);
}

Result<void> MessageReader::put_end() {
    if (impl_->done) return {};
    if (impl_->found.head_done && impl_->framing.kind == Framing::until_close) {
        impl_->done = true;
        return {};
    }
    return Error{Errc::truncated, "the peer closed the connection in the middle of a message"};
}

bool MessageReader::head_done() const noexcept {
    return impl_->found.head_done;
}
bool MessageReader::done() const noexcept {
    return impl_->done;
}
RequestHead& MessageReader::request_head() noexcept {
    return impl_->found.request;
}

const RequestHead& MessageReader::request_head() const noexcept {
    return impl_->found.request;
}
ResponseHead& MessageReader::response_head() noexcept {
    return impl_->found.response;
}
BodyFraming MessageReader::framing() const noexcept {
    return impl_->framing;
}
std::string_view MessageReader::block() const noexcept {
    return impl_->block;
}

}  // namespace armgate::http
