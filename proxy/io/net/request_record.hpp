// The record of a request from its head on to its line in the trace, the same for a request inside
// an intercepted connection and for one that is refused before there is any.
#pragma once

#include "core/http/head.hpp"
#include "core/trace/record.hpp"
#include "core/verdict/verdict.hpp"
#include "io/net/shared.hpp"

#include <memory>
#include <string_view>

namespace armgate::io {

/// Gives the record its number and what the head alone tells: client, tool, method, path and query.
void note_head(trace::RequestRecord& record,
               const http::RequestHead& head,
               std::uint64_t connection,
               Shared& shared);

/// Notes class, operation, identity, verdict, contents, and the policies that decide.
void note_assessment(trace::RequestRecord& record,
                     verdict::Assessment assessment,
                     const Shared& shared);

/// Of a head that cannot be read whole: method and target, where its first line has both.
void keep_request_line(http::RequestHead& head, std::string_view bytes);

/// Judges and notes a request that is refused for what it is, without what may be a secret in it:
/// query, fragment, and the authority of an absolute form with its user information.
void note_unforwardable(trace::RequestRecord& record,
                        const http::RequestHead& head,
                        arm::Cloud cloud,
                        const Shared& shared);

/// Appends the record to the trace, and tells the observer. What it throws (memory), it throws
/// before anything is in the trace.
void publish(const std::shared_ptr<trace::RequestRecord>& record, Shared& shared);

}  // namespace armgate::io
