#pragma once

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/engine/http/https_redirect.hpp>
#include <libnet/impl/files/file_known.ipp>
#include <libnet/impl/files/file_requests.hpp>
#include <libnet/io/http/response_head.hpp>

#include <utility>

namespace libnet::inline v0::detail {

/// Contents up to this size are copied behind their head, and leave with what else is queued; larger ones are sent from
/// where they are.
inline constexpr std::uint64_t most_copied = 8 * 1024;

/// What is no path of a file, the responder refuses.
LIBNETXX_DECL std::optional<std::string_view> FileRequests::guarded_name(const wire::RequestHead& request)
{
    if (!wire::decode_path(request.path, path_)) return std::nullopt;
    return path_.name;
}

LIBNETXX_DECL bool FileRequests::start(io::HttpSession& session)
{
    work();
    may_keep_ = true;
    step_ = plan_answer(session);
    return step_ == Step::done;
}

LIBNETXX_DECL bool FileRequests::start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict)
{
    const auto& request = session.request();
    auto& site = server_.site_of(request.authority.host);
    may_keep_ = true;
    const bool planned = work().decision.start_refused(site, request, session.now(), verdict);
    step_ = planned ? answer(session) : Step::refusal;
    return step_ == Step::done;
}

LIBNETXX_DECL io::Task<> FileRequests::go_on(io::HttpSession& session)
{
    while (step_ != Step::done) {
        auto waiting = wait_for(step_, session);
        step_ = co_await std::move(waiting);
    }
}

/// Waits, and does what comes right after it.
LIBNETXX_DECL io::Task<FileRequests::Step> FileRequests::wait_for(Step step, io::HttpSession& session)
{
    bool alive = true;
    switch (step) {
    case Step::done:
        break;
    case Step::body: {
        const bool taken = co_await take_body(session);
        co_return taken ? answer(session) : Step::done;
    }
    case Step::refusal:
    case Step::files: {
        co_await load(session);
        co_return answer(session);
    }
    case Step::content:
    case Step::known:
        alive = co_await session.writer().send(content_);
        content_ = {};
        break;
    case Step::part:
        alive = co_await session.writer().send_file(*work_->part, server_.share.threads);
        break;
    case Step::parts:
        alive = co_await send_parts(session);
        break;
    }
    if (!alive) co_return lose(session);
    if (step != Step::known) co_return end_answer(session);
    content_file_.reset();
    co_return Step::done;
}

/// To the request, which may be answered.
LIBNETXX_DECL FileRequests::Step FileRequests::plan_answer(io::HttpSession& session)
{
    if (session.has_body()) return Step::body;
    return decide(session) ? answer(session) : Step::files;
}

/// Does what is planned.
LIBNETXX_DECL FileRequests::Step FileRequests::answer(io::HttpSession& session)
{
    queue_answer(session);
    remember(session);
    if (has_parts()) return Step::parts;
    if (!has_content_apart()) return end_answer(session);
    if (!file()->in_memory()) {
        auto& part = work_->part.emplace(*file(), plan().first, plan().length);
        return after_content(session, session.writer().try_send_file(part), Step::part);
    }
    content_ = file()->content().substr(plan().first, plan().length);
    return after_content(session, session.writer().try_send(content_), Step::content);
}

LIBNETXX_DECL FileRequests::Step FileRequests::after_content(io::HttpSession& session,
                                                             io::ResponseWriter::Progress progress, Step blocked)
{
    using Progress = io::ResponseWriter::Progress;
    if (progress == Progress::done) return end_answer(session);
    return progress == Progress::failed ? lose(session) : blocked;
}

/// The content is sent or queued.
LIBNETXX_DECL FileRequests::Step FileRequests::end_answer(io::HttpSession& session)
{
    work_->decision.drop_file();
    content_file_.reset();
    session.end_answer();
    return Step::done;
}

/// The client is gone, or takes nothing any more.
LIBNETXX_DECL FileRequests::Step FileRequests::lose(io::HttpSession& session)
{
    session.lose();
    return Step::done;
}

LIBNETXX_DECL void FileRequests::refuse(io::HttpSession& session, unsigned status, std::string_view reason)
{
    work().decision.refuse(status, reason, session.has_request() ? &session.request() : nullptr);
    may_keep_ = true;  // as far as this goes
    queue_answer(session);
    end_answer(session);
}

/// Makes a plan for a request with a body, which is of no use but has to be read. False: it never
/// came whole, and isn't ours to answer.
LIBNETXX_DECL io::Task<bool> FileRequests::take_body(io::HttpSession& session)
{
    using Body = io::HttpSession::Body;
    if (session.awaits_invitation() && !asks_too_much(session)) {
        const bool planned = decide(session);
        if (!planned) co_await load(session);
        if (plan().status >= 400 || redirects()) co_return true;  // no, without the body
    }
    const auto body = co_await session.discard_body();
    if (body == Body::failed) co_return false;
    session.refresh_now();
    const bool planned = decide(session);
    if (!planned) co_await load(session);
    if (body == Body::too_large && plan().status < 400 && !redirects())
        plan_refusal(413, "A request for a file has no use for such a body.", &session.request());
    co_return true;
}

/// The body is larger than what is read, which its length says before any of it has come.
LIBNETXX_DECL bool FileRequests::asks_too_much(const io::HttpSession& session) const noexcept
{
    const auto& body = session.request().body;
    return body.kind == wire::BodyFraming::Kind::length && body.length > server_.options.max_request_body;
}

/// Makes a plan for the request. False: `load` has to go on with it.
LIBNETXX_DECL bool FileRequests::decide(io::HttpSession& session)
{
    const auto& request = session.request();
    changes_ = server_.share.changes;
    if (request.unknown_expectation) {
        plan_refusal(417, engine::unknown_expectation, &request);
        return true;
    }
    if (redirects()) {
        plan_redirect(request);
        return true;
    }
    if (engine::is_misdirected(request, server_.options.tls ? engine::Channel::tls : engine::Channel::plain)) {
        plan_refusal(421, "The server doesn't speak for such URLs on this port.", &request);
        return true;
    }
    return work_->decision.start(server_.site_of(request.authority.host), request, session.now(), session.guard());
}

/// Without TLS there is nothing but where it is spoken.
LIBNETXX_DECL void FileRequests::plan_redirect(const wire::RequestHead& request)
{
    auto location = engine::https_location(request, server_.options.redirect_to_https.value());
    if (!location)
        return plan_refusal(400, "Without TLS, the server answers requests for URLs with a host only.", &request);
    work_->decision.redirect(engine::https_redirect_status(request), *std::move(location),
                             "What is asked for is found with https.", request);
}

/// Plans an error page as the connection's last answer.
LIBNETXX_DECL void FileRequests::plan_refusal(unsigned status, std::string_view why, const wire::RequestHead* request)
{
    work_->decision.refuse(status, why, request);
    may_keep_ = false;
}

/// Goes on with a plan where files have to come from a disk or the guard has to be asked. Meanwhile what is queued
/// already is sent.
LIBNETXX_DECL io::Task<> FileRequests::load(io::HttpSession& session)
{
    session.writer().try_flush();
    co_await work_->decision.load();
    session.refresh_now();
}

// ------------------------------------------------------------------------------------------------------- what is sent

LIBNETXX_DECL void FileRequests::queue_answer(io::HttpSession& session)
{
    auto& queue = session.writer().queue();
    answer_begin_ = queue.size();
    const auto persistence = session.begin_answer({.status = plan().status,
                                                   .reason = plan().reason,
                                                   .content_length = plan().head_only ? 0 : plan().content_length(),
                                                   .may_keep = may_keep_,
                                                   .cache = work_->decision.cache_use()});
    keeps_ = persistence != engine::HttpPersistence::close;
    io::ResponseHead head{queue, plan().status, session.date()};
    engine::for_each_field(plan(), [&head](std::string_view name, std::string_view value) { head.field(name, value); });
    session.end_head(persistence);
    if (!plan().head_only && !has_content_apart()) queue_content(session);
}

/// The content is not to be copied.
LIBNETXX_DECL bool FileRequests::has_content_apart() const noexcept
{
    const bool is_file = plan().content == engine::ResponsePlan::Content::file && !plan().head_only;
    return is_file && plan().length > 0 && (!file()->in_memory() || plan().length > most_copied);
}

LIBNETXX_DECL bool FileRequests::has_parts() const noexcept
{
    return plan().content == engine::ResponsePlan::Content::parts && !plan().head_only;
}

LIBNETXX_DECL void FileRequests::queue_content(io::HttpSession& session)
{
    auto& queue = session.writer().queue();
    if (plan().content == engine::ResponsePlan::Content::page) queue.append(plan().page);
    if (plan().content == engine::ResponsePlan::Content::file && plan().length > 0)
        queue.append(file()->content().substr(plan().first, plan().length));
}

/// Sends the pieces of a multipart content behind the head, which is queued. False: the connection can't be used any
/// more.
LIBNETXX_DECL io::Task<bool> FileRequests::send_parts(io::HttpSession& session)
{
    auto& writer = session.writer();
    std::string_view text{plan().page};
    for (const auto& part : plan().parts) {
        writer.queue().append(text.substr(0, part.text));
        text.remove_prefix(part.text);
        if (part.length == 0) continue;
        if (file()->in_memory()) {
            writer.queue().append(file()->content().substr(part.first, part.length));
            continue;
        }
        io::ResponseWriter::FilePart on_its_way{*file(), part.first, part.length};
        const bool sent = co_await writer.send_file(on_its_way, server_.share.threads);
        if (!sent) co_return false;
    }
    co_return true;
}

// ------------------------------------------------------------------------------------------------------------ memory

LIBNETXX_DECL FileWork& FileRequests::work()
{
    if (!work_) work_ = server_.works.take();
    return *work_;
}

LIBNETXX_DECL void FileRequests::rest() noexcept
{
    content_file_.reset();
    if (work_) server_.works.give(std::move(work_));
}

}  // namespace libnet::inline v0::detail
