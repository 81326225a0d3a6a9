#pragma once
// What answers the requests of one connection where handlers are mounted beside files.

#include <libnet/config.hpp>
#include <libnet/engine/files/file_facts.hpp>
#include <libnet/engine/files/file_request.hpp>
#include <libnet/impl/handlers/handed_connection.hpp>
#include <libnet/impl/handlers/handler_job.hpp>
#include <libnet/impl/handlers/mounted_routes.hpp>
#include <libnet/impl/handlers/upgrade_handler.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/http/response_head.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/wire/http/http_range.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace libnet::inline v0::detail {

/// Gives requests for a route to its handler, and the others to the files. A handler goes on by events, so that the session
/// sees when the client leaves; a file that it answers with is sent by a coroutine of the session.
class HandlerRequests final : public io::HttpHandler {
public:
    HandlerRequests(std::shared_ptr<MountedRoutes> routes, std::unique_ptr<io::HttpHandler> files)
        : routes_{std::move(routes)},
          files_{std::move(files)}
    {}
    ~HandlerRequests() override { leave(); }

    Known answer_known(io::HttpSession& session) override { return files_->answer_known(session); }
    std::optional<std::string_view> guarded_name(const wire::RequestHead& request) override
    {
        return files_->guarded_name(request);
    }
    bool start(io::HttpSession& session) override;
    bool start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict) override;
    io::Task<> go_on(io::HttpSession& session) override;
    Way way() const noexcept override;
    bool pursue(io::HttpSession& session) override;
    void refuse(io::HttpSession& session, unsigned status, std::string_view reason) override;
    void rest() noexcept override;
    void stop() noexcept override;

private:
    enum class Phase : std::uint8_t {
        files,    // answer the request, or nothing is under way
        body,     // of the request is taken
        handler,  // is at work
        stream,   // of its answer is sent
        file,     // that it answers with is sent
        upgrade,  // is granted: the connection will be the handler's
    };

    bool start_route(io::HttpSession& session, const engine::RouteMatch& match);
    bool take_body(io::HttpSession& session);
    void give_piece(io::HttpSession& session);
    void invite(io::HttpSession& session);
    bool call(io::HttpSession& session);
    void call_at_once();
    bool await_handler(io::HttpSession& session);
    bool answer(io::HttpSession& session);
    bool answer_with_text(io::HttpSession& session);
    bool begin_stream(io::HttpSession& session);
    bool go_on_stream(io::HttpSession& session);
    bool fail_stream(io::HttpSession& session);
    bool start_upgrade(io::HttpSession& session, const engine::RouteMatch& match);
    bool open_tunnel(io::HttpSession& session);
    io::Task<> send_file(io::HttpSession& session);
    bool fail(io::HttpSession& session);
    bool has_left(io::HttpSession& session);
    void leave() noexcept;
    void finish() noexcept;
    void expect_answer(io::HttpSession& session);

    void refuse_method(io::HttpSession& session, std::string_view allow);
    void refuse_upgrade(io::HttpSession& session, const UpgradeRefusal& refusal);
    void judge_conditions(io::HttpSession& session);
    bool begin_compression(io::HttpSession& session);
    wire::ByteRange plan_file(io::HttpSession& session, const engine::FileFacts& facts);
    void check_fields() const;
    engine::HttpPersistence queue_head(io::HttpSession& session, std::optional<std::uint64_t> length);
    void add_cors_fields(io::HttpSession& session, io::ResponseHead& head, std::string_view preflight = {});

    const std::shared_ptr<MountedRoutes> routes_;
    const std::unique_ptr<io::HttpHandler> files_;
    wire::FilePath path_;
    engine::FileRequestReader fields_;
    std::shared_ptr<HandlerJob> job_;      // null: no handler has the request
    std::shared_ptr<UpgradeJob> upgrade_;  // null: none asks for the connection
    const MountedRoute* route_ = nullptr;
    std::optional<io::Deadline> answer_by_;
    Phase phase_ = Phase::files;
    bool invited_ = false;
    bool chunked_ = false;  // the stream
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/handler_requests.ipp>
#endif
