#pragma once
// One connection of a StaticFileServer.

#include <libnet/access_record.hpp>
#include <libnet/config.hpp>
#include <libnet/impl/files/file_exchange.hpp>
#include <libnet/impl/files/file_server_context.hpp>
#include <libnet/impl/files/finished_answers.hpp>
#include <libnet/impl/files/request_guard.hpp>
#include <libnet/io/http/http_clock.hpp>
#include <libnet/io/http/request_reader.hpp>
#include <libnet/io/http/response_writer.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/io/tls/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace libnet::inline v0::detail {

inline constexpr std::string_view client_left = "The connection ended before the request did.";
inline constexpr std::string_view request_too_slow = "The request took too long to arrive.";

/// Reads requests, has them decided, and sends what is planned.
///
/// Everything that arrived in one read is answered before anything is sent: heads and small files are queued and leave
/// in one call. A larger file is sent from where it is, behind what is queued.
///
/// As long as nothing has to be waited for but the client's next request there is no coroutine, and between two
/// requests no buffer and no exchange. `proceed` goes as far as it can and says what it has to wait for; a coroutine
/// waits for that, and ends when the connection has come to rest again.
class FileSession final : public io::ConnectionHandler {
public:
    /// Both must outlive it.
    FileSession(FileServerContext& server, io::Connection& connection);
    ~FileSession() override;

    bool go_on() override;

private:
    /// What has to be waited for.
    enum class Wait : std::uint8_t {
        nothing,    ///< it can go on
        request,    ///< the client's next bytes; `side` of the reader
        turn,       ///< others, for the client's bytes never end
        handshake,  ///< of TLS
        guard,      ///< which judges the request
        body,       ///< of the request, to get it out of the way
        files,      ///< that are to be looked up
        output,     ///< that is queued
        content,    ///< of a file in memory, behind what is queued
        part,       ///< of a file on the disk, behind what is queued
        parts,      ///< several
        linger,     ///< the client's last words
        end,        ///< of the connection, which has come
    };

    Wait begin();
    Wait proceed();
    Wait step();
    Wait need_request();
    Wait take_request();
    Wait plan_answer();
    Wait answer();
    Wait answer_finished(const FinishedAnswers::Found& found);
    Wait after_content(io::ResponseWriter::Progress progress, Wait blocked);
    Wait end_answer();
    Wait end_connection();
    Wait lost();
    void begin_slice() noexcept;
    bool rest();

    io::Task<> drive(Wait wait, std::shared_ptr<void> server);
    io::Task<Wait> wait_for(Wait wait);
    io::Task<bool> shake_hands();
    io::Task<bool> admit();
    io::Task<> load();
    io::Task<bool> take_body();
    io::Task<bool> discard_body();
    io::Task<bool> send_parts();

    bool enter();
    bool has_body() const noexcept;
    bool awaits_invitation() const noexcept;
    bool decide();
    void refuse(unsigned status, std::string_view why);
    void hang_up() noexcept;

    FinishedAnswers::Found find_finished() const;
    void remember();

    const engine::ResponsePlan& plan() const noexcept { return exchange_->decision.plan(); }
    const io::FilePointer& file() const noexcept { return exchange_->decision.file(); }
    void queue_answer();
    void queue_head();
    void queue_content();
    bool has_content_apart() const noexcept;
    bool has_parts() const noexcept;

    void note(unsigned status, std::string_view reason, std::uint64_t content_length);
    AccessRecord begin_record(unsigned status, std::string_view reason) const;
    void report();

    FileExchange& exchange();
    void give_exchange_back();

    FileServerContext& server_;
    io::Connection& connection_;
    io::Transport transport_;
    io::RequestReader reader_;
    io::ResponseWriter writer_;
    std::unique_ptr<RequestGuard> guard_;         // null: the server has none
    std::unique_ptr<FileExchange> exchange_;      // null: between two requests
    const wire::RequestHead* request_ = nullptr;  // null: what came is no request
    std::uint64_t changes_ = 0;                   // to files, when the decision began
    io::HttpClock::Time now_{};                   // of the answers to what came in one read
    io::FilePointer content_file_;                // holds `content_`
    std::string_view content_;                    // what is left to be sent behind the queue
    std::size_t answer_begin_ = 0;                // in the queue
    std::uint8_t receptions_ = 0;                 // in a row, since others had their turn
    bool begun_ = false;
    bool driven_ = false;   // a coroutine waits for something
    bool keep_ = true;      // the connection outlives the answer
    bool hang_up_ = false;  // it is we who end it: the client may still be sending
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/files/file_session.ipp>
#  include <libnet/impl/files/file_session_answers.ipp>
#endif
