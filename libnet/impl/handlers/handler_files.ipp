#pragma once
// Bodies of libnet/impl/handlers/handler_requests.hpp: a reply that is a file.

#include <libnet/engine/files/validators.hpp>
#include <libnet/impl/handlers/handler_requests.hpp>
#include <libnet/io/files/root_directory.hpp>
#include <libnet/io/files/stored_file.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/http/http_date.hpp>
#include <libnet/wire/http/http_range.hpp>
#include <libnet/wire/http/http_status.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/beast/http/field.hpp>

#include <string>
#include <utility>

#include <fcntl.h>

namespace libnet::inline v0::detail {

/// Opens a regular file, on a thread that may wait for a disk.
struct OpenedFile {
    const std::string name;
    io::StoredFile file = io::StoredFile::failed(engine::LookUpFailure::overloaded);

    void operator()()
    {
        // Without O_NONBLOCK a FIFO would be waited for.
        io::FileDescriptor descriptor{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
        if (!descriptor) {
            file = io::StoredFile::failed(io::failure_of(io::last_error()));
            return;
        }
        const auto facts = io::facts_of(descriptor);
        if (!facts || facts->kind != engine::FileKind::regular) {
            file = io::StoredFile::failed(facts ? engine::LookUpFailure::not_found : io::failure_of(facts.error()));
            return;
        }
        file.found = true;
        file.facts = *facts;
        file.descriptor = std::move(descriptor);
    }

    unsigned status() const noexcept
    {
        switch (file.failure) {
        case engine::LookUpFailure::not_found:
        case engine::LookUpFailure::forbidden:
            return 404;
        case engine::LookUpFailure::overloaded:
            return 503;
        case engine::LookUpFailure::failed:
            break;
        }
        return 500;
    }
};

/// What goes out of the file: its head is decided by that. Throws HttpFailure where nothing does.
LIBNETXX_DECL wire::ByteRange HandlerRequests::plan_file(io::HttpSession& session, const engine::FileFacts& facts)
{
    namespace http = boost::beast::http;
    auto& message = job_->message();
    const auto now = std::chrono::floor<engine::FileTime::duration>(session.now());
    std::string etag;
    engine::make_etag(etag, facts, wire::ContentCoding::identity);
    const auto modified = engine::last_modified_of(facts, now);
    message.set(http::field::etag, etag);
    message.set(http::field::accept_ranges, "bytes");
    wire::HttpDateBuffer buffer;
    if (modified) message.set(http::field::last_modified, wire::format_http_date(*modified, buffer));
    judge_conditions(session);
    const wire::ByteRange whole{0, facts.size};
    if (message.result_int() != 200) return whole;

    const auto asked = fields_.read(session.request());
    if (!engine::range_is_wanted(asked, {etag, modified}, now)) return whole;
    const auto choice = wire::choose_ranges(asked.range, facts.size);
    if (choice.kind == wire::RangeChoice::Kind::unsatisfiable) {
        message.result(416);
        message.set(http::field::content_range, "bytes */" + std::to_string(facts.size));
        return {};
    }
    if (choice.kind == wire::RangeChoice::Kind::whole || choice.count != 1)
        return whole;  // several: it may (section 14.2)
    const auto& part = choice.ranges[0];
    message.result(206);
    message.set(http::field::content_range, "bytes " + std::to_string(part.first) + '-' +
                                                std::to_string(part.first + part.length - 1) + '/' +
                                                std::to_string(facts.size));
    return part;
}

LIBNETXX_DECL io::Task<> HandlerRequests::send_file(io::HttpSession& session)
{
    const auto job = job_;  // which may be left meanwhile
    if (routes_->server().threads == nullptr) {
        job->failure =
            std::make_exception_ptr(std::logic_error{"libnet: an endpoint's handler can't answer with a file"});
        fail(session);
        co_return;
    }
    auto& threads = *routes_->server().threads;
    OpenedFile opened{job->file()};
    auto opening = threads.run(opened, boost::asio::deferred);
    co_await std::move(opening);
    if (job != job_ || session.given_up()) co_return;
    session.refresh_now();
    if (!opened.file.found) {
        refuse(session, opened.status(), "The file is not there, or can't be read.");
        co_return;
    }
    const auto now = std::chrono::floor<engine::FileTime::duration>(session.now());
    opened.file.facts.settled = io::is_settled(opened.file.facts.changed, now);
    wire::ByteRange range;
    bool planned = false;
    try {
        range = plan_file(session, opened.file.facts);
        planned = true;
    } catch (...) {
        job->failure = std::current_exception();
    }
    if (!planned) {
        fail(session);
        co_return;
    }
    const bool is_empty = wire::has_no_content(job->message().result_int());
    queue_head(session, is_empty ? 0 : range.length);
    const bool sends = session.request().method != "HEAD" && !is_empty && range.length > 0;
    if (sends) {
        io::ResponseWriter::FilePart part{opened.file, range.first, range.length};
        const bool sent = co_await session.writer().send_file(part, threads);
        if (!sent) {
            session.lose();
            co_return;
        }
    }
    session.end_answer();
    finish();
}

}  // namespace libnet::inline v0::detail
