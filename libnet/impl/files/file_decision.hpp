#pragma once
// From a request to the plan of its answer: asks the responder, and looks up what the responder wants to know.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_request.hpp>
#include <libnet/engine/files/file_responder.hpp>
#include <libnet/engine/http/cache_use.hpp>
#include <libnet/impl/files/served_site.hpp>
#include <libnet/io/access/request_guard.hpp>
#include <libnet/io/http/http_clock.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

using io::RequestGuard;

/// Decides about one request after another. Keeps its memory from one to the next.
class FileDecision {
public:
    /// Makes a plan, as far as that goes without waiting for a disk or the guard, who has judged the request; null: there is
    /// none. False: `load` has to go on with it. The site, the request and the guard must outlive the answer.
    bool start(ServedSite& site, const wire::RequestHead& request, io::HttpClock::Time now, RequestGuard* guard);

    /// As `start`, for a request that the guard has refused: plans the error page that the site has for that.
    bool start_refused(ServedSite& site, const wire::RequestHead& request, io::HttpClock::Time now,
                       const RequestGuard::Verdict& verdict);

    /// Goes on where files have to come from a disk, or the guard has to be asked.
    io::Task<> load();

    /// Plans a built-in error page, for what no site is asked about.
    void refuse(unsigned status, std::string_view why, const wire::RequestHead* request);

    /// Plans a redirect, likewise.
    void redirect(unsigned status, std::string location, std::string_view why, const wire::RequestHead& request);

    /// What to answer.
    const engine::ResponsePlan& plan() const noexcept { return *plan_; }

    /// The responder's own plan, and about a file: what it says of a request depends on that, the file and the time only.
    bool is_regular() const noexcept { return plan_ == &responder_.plan() && !listed_; }

    /// Whether all that was needed of files was remembered.
    engine::CacheUse cache_use() const noexcept { return cache_use_; }

    /// The file that the plan is about, if it is about one.
    const io::FilePointer& file() const noexcept { return file_; }

    /// The answer is sent.
    void drop_file() noexcept { file_.reset(); }

private:
    void begin(ServedSite& site, const wire::RequestHead& request, io::HttpClock::Time now, RequestGuard* guard);
    bool go_on();
    bool go_on_encoding();
    bool go_on_hashing();
    void take(io::FilePointer file);
    engine::FileTime time_of_answer() const noexcept { return std::chrono::floor<engine::FileTime::duration>(now_); }
    io::Task<> list();
    io::Task<> encode();
    io::Task<> admit();

    engine::FileRequestReader fields_;
    engine::FileResponder responder_;
    engine::ResponsePlan refusal_;                // of what the responder never saw
    const engine::ResponsePlan* plan_ = nullptr;  // the responder's, or the refusal
    ServedSite* site_ = nullptr;
    const wire::RequestHead* request_ = nullptr;
    RequestGuard* guard_ = nullptr;
    engine::FileAction action_;  // what the responder wants
    io::FilePointer file_;       // what it found last
    bool listed_ = false;        // and that is a listing
    engine::CacheUse cache_use_ = engine::CacheUse::none;
    io::HttpClock::Time now_{};
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/files/file_decision.ipp>
#endif
