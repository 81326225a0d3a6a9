#pragma once
// What answers the requests of one connection of a StaticFileServer.

#include <libnet/config.hpp>
#include <libnet/impl/files/file_server_context.hpp>
#include <libnet/impl/files/file_work.hpp>
#include <libnet/impl/files/finished_answers.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/http/response_writer.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace libnet::inline v0::detail {

/// Has requests decided, and sends what is planned: heads and small files are queued, a larger file is sent from where it
/// is, behind what is queued.
class FileRequests final : public io::HttpHandler {
public:
    /// `server` must outlive it.
    explicit FileRequests(FileServerContext& server) : server_{server} {}

    Known answer_known(io::HttpSession& session) override;
    std::optional<std::string_view> guarded_name(const wire::RequestHead& request) override;
    bool start(io::HttpSession& session) override;
    bool start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict) override;
    io::Task<> go_on(io::HttpSession& session) override;
    void refuse(io::HttpSession& session, unsigned status, std::string_view reason) override;
    void rest() noexcept override;

private:
    /// What comes next, and has to be waited for.
    enum class Step : std::uint8_t {
        done,     ///< nothing: it is answered, or the client has left
        refusal,  ///< whose page may be a file
        body,     ///< of the request, to be thrown away
        files,    ///< that are to be looked up
        content,  ///< of a file in memory, behind what is queued
        known,    ///< the same, of an answer that has ended
        part,     ///< of a file on the disk, behind what is queued
        parts,    ///< several
    };

    io::Task<Step> wait_for(Step step, io::HttpSession& session);
    Step plan_answer(io::HttpSession& session);
    Step answer(io::HttpSession& session);
    Step after_content(io::HttpSession& session, io::ResponseWriter::Progress progress, Step blocked);
    Step end_answer(io::HttpSession& session);
    Step lose(io::HttpSession& session);

    io::Task<bool> take_body(io::HttpSession& session);
    io::Task<> load(io::HttpSession& session);
    io::Task<bool> send_parts(io::HttpSession& session);

    bool decide(io::HttpSession& session);
    bool redirects() const noexcept { return server_.options.redirect_to_https.has_value(); }
    void plan_redirect(const wire::RequestHead& request);
    bool asks_too_much(const io::HttpSession& session) const noexcept;
    void plan_refusal(unsigned status, std::string_view why, const wire::RequestHead* request);

    FinishedAnswers::Found find_finished(const io::HttpSession& session) const;
    engine::HttpRecord record_of(const FinishedAnswers::Found& found, std::uint64_t queued) const;
    void remember(io::HttpSession& session);

    FileWork& work();
    const engine::ResponsePlan& plan() const noexcept { return work_->decision.plan(); }
    const io::FilePointer& file() const noexcept { return work_->decision.file(); }
    void queue_answer(io::HttpSession& session);
    void queue_content(io::HttpSession& session);
    bool has_content_apart() const noexcept;
    bool has_parts() const noexcept;

    FileServerContext& server_;
    wire::FilePath path_;             // of the request that is judged
    std::unique_ptr<FileWork> work_;  // null: between two requests
    std::uint64_t changes_ = 0;       // to files, when the decision began
    io::FilePointer content_file_;    // holds `content_`
    std::string_view content_;        // what is left to be sent behind the queue
    std::size_t answer_begin_ = 0;    // in the queue
    Step step_ = Step::done;
    bool may_keep_ = true;  // the connection may outlive the answer
    bool keeps_ = true;     // and does
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/files/file_requests.ipp>
#endif
