#pragma once
// What a FileRequests has answered before.

#include <libnet/impl/files/file_requests.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::detail {

/// Answers up to this size, without what is sent from where it is, are kept for the next to ask the same.
inline constexpr std::size_t most_remembered = 16 * 1024;

/// Queues what was answered to the same request before.
LIBNETXX_DECL io::HttpHandler::Known FileRequests::answer_known(io::HttpSession& session)
{
    using Progress = io::ResponseWriter::Progress;
    const auto found = find_finished(session);
    if (found.answer == nullptr) return Known::no;
    const auto& answer = *found.answer;
    auto& writer = session.writer();
    if (server_.options.on_access) {
        const auto record = record_of(found, writer.queued());
        session.answer_known(found.request.size(), answer.keep, &record);
    } else {
        session.answer_known(found.request.size(), answer.keep, nullptr);
    }
    writer.queue().append(answer.text);
    if (!answer.file) return Known::answered;

    content_file_ = answer.file;
    content_ = content_file_->content().substr(answer.first, answer.length);
    const auto progress = writer.try_send(content_);
    if (progress == Progress::blocked) {
        step_ = Step::known;
        return Known::waits;
    }
    if (progress == Progress::failed) session.lose();
    content_file_.reset();
    return Known::answered;
}

/// The answer to the next request, if the same request was answered a moment ago. A guard wants to see each of them,
/// and the log whose it was.
LIBNETXX_DECL FinishedAnswers::Found FileRequests::find_finished(const io::HttpSession& session) const
{
    if (session.guard() != nullptr || session.names_clients()) return {};
    const auto second = std::chrono::floor<std::chrono::seconds>(session.now());
    return server_.finished.find(session.octets(), second, server_.share.changes);
}

/// What the log says of it; so many octets are queued or sent before it.
LIBNETXX_DECL engine::HttpRecord FileRequests::record_of(const FinishedAnswers::Found& found,
                                                         std::uint64_t queued) const
{
    const auto& answer = *found.answer;
    engine::HttpRecord record{.method = answer.method.of(found.request),
                              .target = answer.target.of(found.request),
                              .status = answer.status,
                              .referer = answer.referer.of(found.request),
                              .user_agent = answer.user_agent.of(found.request),
                              .reason = answer.reason};
    record.cache = answer.cache;
    record.begin = queued + answer.text.size() - (answer.content_length - answer.length);
    record.end = record.begin + answer.content_length;
    return record;
}

/// Keeps an answer for whoever sends the same request, if it depends on nothing else than the request, the files and
/// the time.
LIBNETXX_DECL void FileRequests::remember(io::HttpSession& session)
{
    const auto& request = session.request();
    const bool is_plain = session.guard() == nullptr && work_->decision.is_regular() && !session.has_body() &&
                          may_keep_ && !session.draining() && (keeps_ || !request.keep_alive) &&
                          request.version == wire::HttpVersion::http_1_1 && plan().status < 500 && !has_parts();
    const bool is_apart = is_plain && has_content_apart();
    if (!is_plain || (is_apart && !file()->in_memory()) || changes_ != server_.share.changes) return;
    const auto text = session.writer().queue().view().substr(answer_begin_);
    if (text.size() > most_remembered) return;
    const auto octets = session.head_octets();
    auto* const answer = server_.finished.place_for(octets);
    if (answer == nullptr) return;

    const auto part_of = [octets](std::string_view text_of_request) -> FinishedAnswer::Part {
        if (text_of_request.empty()) return {};
        return {static_cast<std::uint16_t>(text_of_request.data() - octets.data()),
                static_cast<std::uint16_t>(text_of_request.size())};
    };
    answer->text = text;
    answer->file = is_apart ? file() : nullptr;
    answer->first = is_apart ? plan().first : 0;
    answer->length = is_apart ? plan().length : 0;
    answer->status = plan().status;
    answer->reason = plan().reason;
    answer->content_length = plan().head_only ? 0 : plan().content_length();
    answer->method = part_of(request.method);
    answer->target = part_of(request.target);
    answer->referer = part_of(request.fields.value_of("Referer"));
    answer->user_agent = part_of(request.fields.value_of("User-Agent"));
    answer->second = std::chrono::floor<std::chrono::seconds>(session.now());
    answer->changes = changes_;
    const bool needs_files = work_->decision.cache_use() != engine::CacheUse::none;
    answer->cache = needs_files ? engine::CacheUse::hit : engine::CacheUse::none;  // from now on
    answer->keep = keeps_;
}

}  // namespace libnet::inline v0::detail
