#pragma once
// One HTTP/1.1 connection of a server, decided without a socket or a clock.
//
// Theory of operation
//
//   driver (io/http)                 HttpConnection                    handler (files, proxy, a program's own)
//     received, ended, expired  -->
//     next(octets, now)         -->   receive | linger | close
//                                     handle, body, body_end   -->     looks at request(), takes the body or doesn't,
//                                     invite, refuse                   begin_answer, ..., end_answer; or fails
//
// The driver holds the octets that have come, and calls `next` with all of them again and again; each time it does what the
// action says, and drops what is `spent`. Between two calls it tells what has happened: octets came, the client closed
// its half, the deadline passed, a drain began, the connection broke. The handler is told of one request at a time. It
// takes the body as a stream, has it thrown away (`take_body`), or answers without: then the connection ends behind the
// answer, for it is unknown where the next request begins. An answer begins (`begin_answer`: its status and whether the
// connection outlives it are settled) and ends (`end_answer`); what is between is the driver's and the handler's business,
// so a file can be sent from where it is, and a proxy may stream both ways at once. Answers that are ready at once are
// queued, and leave together when all that has come is dealt with: `receive` says so.
//
// What must never happen twice, or not at all, is decided here: a request's record (HttpLog) is made when its answer
// begins, or when it is clear that there will be none.
//
// A tunnel is a request whose answer has begun (200, or 101) and whose connection is handed over: `hand_over`. From then on
// the octets behind the head are the handler's, and all that `next` says is wait. `keep_record` takes out what the log wants
// of the request, so that a tunnel holds neither the exchange nor the octets.
//
// A client that closes its half while its answer is awaited is answered all the same, unless `end_means_leaving`: then the
// connection is over at once, and what is done for it can be given up. HTTP/2 comes in beside this class, with
// the same handlers: what they see is a request, a body, and an answer, never the connection.

#include <libnet/config.hpp>
#include <libnet/engine/http/http_action.hpp>
#include <libnet/engine/http/http_exchange.hpp>
#include <libnet/engine/http/rate_watch.hpp>
#include <libnet/engine/http/receive_patience.hpp>
#include <libnet/engine/http/send_patience.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace libnet::inline v0::engine {

/// How long a connection waits for its client, and how much of an unwanted body is read.
struct HttpConnectionOptions {
    using Duration = std::chrono::milliseconds;

    Duration header_timeout{10'000};  ///< from a connection's or request's first octet to its head's end
    Duration idle_timeout{60'000};    ///< between two requests
    Duration body_timeout{10'000};  ///< for a body, as `header_timeout`; where it is a stream: without any octet of it

    /// Each so many octets that have come are worth one more second: for a head up to twice `header_timeout`, for a body
    /// that is thrown away as long as it goes on so. A body that is a stream brings at least so many a second, on average
    /// over `body_timeout` of waiting for it. 0: no matter how many.
    std::uint64_t min_receive_rate = 0;

    Duration send_timeout{30'000};    ///< for the client to take something of what it is sent
    std::uint64_t min_send_rate = 0;  ///< octets a second that it takes at least, see SendPatience; 0: any
    std::uint64_t max_discarded_body =
        64 * 1024;                                ///< octets of a body's content that are thrown away; else `too_large`
    Duration linger_time{2000};                   ///< how long what comes behind the last answer is thrown away
    std::size_t linger_octets = 4 * 1024 * 1024;  ///< and how much: who sends more sees a reset

    /// Requests of one connection: the answer to the last of them ends it; 0: any number.
    std::uint64_t max_requests = 0;

    /// A client that closes its half while its answer is awaited has left.
    bool end_means_leaving = false;

    /// Credentials in the URL of a request ("http://user:secret@host/") are taken out of it. Otherwise it is refused. The log
    /// shows them in neither case.
    bool takes_userinfo_out = false;
};

/// What a handler does with a request's body.
enum class HttpBodyUse : std::uint8_t {
    discard,  ///< it is read and thrown away: one `body_end`
    stream,   ///< it is handed over piece by piece: `body` until `last`, each followed by `body_taken`
    relay,    ///< as `stream`, but who waits to be asked for it is asked by the handler, which says so: `invited`
};

/// What an answer's Connection field says.
enum class HttpPersistence : std::uint8_t {
    implied,     ///< no such field: the connection goes on, as HTTP/1.1 has it
    keep_alive,  ///< it goes on, and HTTP/1.0 wants to be told
    close,       ///< it ends behind the answer
};

/// How long the octets of a client are read that is turned away.
enum class HttpFarewell : std::uint8_t {
    curt,       ///< not at all: there may be too many of them. What is sent may get lost
    lingering,  ///< as behind any last answer
};

/// See above. The options must outlive it.
class HttpConnection {
public:
    /// The connection was accepted at `now`. `logs`: its requests are told to a log.
    HttpConnection(const HttpConnectionOptions& options, HttpTime now, bool logs) noexcept;

    /// Where requests are read from now on; null: nowhere. It must be there when octets have come, and stay the same
    /// until all of them are dealt with.
    void use(HttpExchange* exchange) noexcept { exchange_ = exchange; }

    /// What to do next. `octets` are all that have come and aren't spent, at the same place as the last time but for what
    /// was `spent`, or `moved`. Not `const`: the content of chunks is moved together.
    HttpAction next(std::span<char> octets, HttpTime now);

    /// Octets at `offset` that are done with since the last time this was asked: drop them. To be asked after each `next` and
    /// `end_answer`.
    struct Spent {
        std::size_t offset = 0, size = 0;
    };
    Spent spent() noexcept;

    /// The octets are somewhere else now. The request's views are made anew.
    void moved(std::span<char> octets);

    // ------------------------------------------------------------------------------ what has happened: the driver

    /// Octets have come.
    void received(HttpTime now) noexcept;

    /// The client has closed its half, or will send no more for another reason.
    void ended() noexcept { ended_ = true; }

    /// The deadline of `receive` has passed, and nothing has come.
    void expired() noexcept { expired_ = true; }

    /// The server is about to end: the answer under way is the connection's last.
    void drain() noexcept { draining_ = true; }

    /// The connection is of no use any more: the client doesn't take what it is sent, or the server has closed it. `why`
    /// is what the log says of requests without an answer.
    void lost(std::string_view why) noexcept;

    /// After `finish`: all is sent. `more`: octets of the client have come, or may have.
    void finished(bool more, HttpTime now) noexcept;

    /// The object is about to be destroyed, whatever is under way. From now on the log is complete.
    void abandon();

    // ------------------------------------------------------------------------------ what to do: the handler

    /// The request under way, after `handle`; its views are good until its answer ends.
    const wire::RequestHead& request() const noexcept { return exchange_->head; }

    /// There is one, and it is a request.
    bool has_request() const noexcept { return has_request_; }

    /// It has a body.
    bool has_body() const noexcept;

    /// The client waits to be told whether to send it, and has sent none of it (RFC 9110 section 10.1.1).
    bool awaits_invitation() const noexcept;

    /// It is wanted, so that who waits for that is told. Once for each request.
    void take_body(HttpBodyUse use, HttpTime now);

    /// The piece that `body` brought, good until `body_taken`; and what followed the last one.
    std::string_view piece() const noexcept { return exchange_->piece; }
    const wire::HttpFields& trailers() const noexcept { return exchange_->decoder.trailers(); }
    void body_taken(HttpTime now) noexcept;

    /// Octets of the body are still to come, and the handler takes them.
    bool reads_body() const noexcept;

    /// The handler has passed on a 100 (Continue): from now on the body has its time.
    void invited(HttpTime now) noexcept;

    /// What the log is to know of how a proxy came by the request under way. May be written to until the request is told.
    void tell(std::shared_ptr<const HttpForwarding> forwarding) noexcept
    {
        if (logs_ && exchange_ != nullptr) exchange_->forwarding = std::move(forwarding);
    }

    /// An answer begins; its head is queued. Returns what its Connection field says.
    HttpPersistence begin_answer(const HttpAnswer& answer);

    /// Its head is queued, and ends there in all that the connection is ever sent.
    void head_queued(std::uint64_t end) noexcept { exchange_->content_begin = end; }

    /// So many octets more of its content are queued, where their number isn't known before.
    void content_queued(std::uint64_t size) noexcept { exchange_->answer.content_length += size; }

    /// All of it is queued or sent, `content` octets of it where that wasn't known before. The last piece of the body need
    /// not be taken before.
    void end_answer(std::uint64_t content = 0);

    /// An answer at once to the request at the front of the octets, whose head is so long and which has no body: it is known
    /// already, and isn't read. `record` says what the log wants to know, but for the time; `keep` as it was the first
    /// time.
    void answer_known(std::size_t head_size, bool keep, const HttpRecord* record, HttpTime now);

    /// The handler gets the request under way, at this time: for the log.
    void handled(HttpTime now) noexcept { exchange_->handled_at = now; }

    /// The handler has failed. Where the answer has not begun there will be a `refuse`, else the connection ends. `reason`
    /// is static.
    void fail(unsigned status, std::string_view reason) noexcept;

    /// The connection is the handler's from now on: a tunnel, whose answer has begun.
    void hand_over() noexcept { phase_ = Phase::handed_over; }
    bool handed_over() const noexcept { return phase_ == Phase::handed_over; }

    /// The record of the tunnel, to be completed (KeptRecord) and told by whoever asked for it. The exchange need not be there
    /// any longer; its views are good as long as the octets are.
    HttpRecord keep_record();

    /// The tunnel has ended, after so many octets to and from the client.
    void end_tunnel(std::uint64_t sent, std::uint64_t received, std::string_view reason);

    /// Nothing is read of the client: it is answered at once, if `status` isn't 0, and the log is told why. Before
    /// anything else, with an exchange in `use`.
    void turn_away(unsigned status, std::string_view reason, HttpFarewell farewell = HttpFarewell::curt);

    // ------------------------------------------------------------------------------ what can be seen

    /// Nothing is under way: a drain may end it at once.
    bool idle() const noexcept { return phase_ == Phase::idle && !begun_; }

    /// When the octets came with which the request under way begins. Before the first one: when octets came last, or the
    /// connection began.
    HttpTime began() const noexcept { return began_ == HttpTime{} ? received_at_ : began_; }

    /// Between two requests, or within a head: the next request may be answered by `answer_known`.
    bool may_know() const noexcept
    {
        return phase_ == Phase::idle && keep_ && !draining_ && !lost_ && !is_at_last_request();
    }

    /// No request follows the answer under way.
    bool last() const noexcept { return !keep_; }

    bool draining() const noexcept { return draining_; }

    /// The handler's request needs no answer of its any more: it is answered otherwise, or the client has left.
    bool given_up() const noexcept { return lost_ || phase_ == Phase::over || phase_ == Phase::refusing; }

    /// How long the client may take over what it is sent.
    SendPatience& sending() noexcept { return sending_; }

    /// Octets of its head, and of its body's content so far.
    std::size_t head_size() const noexcept { return exchange_->head_size; }
    std::uint64_t body_size() const noexcept { return exchange_->body_size; }

private:
    enum class Phase : std::uint8_t {
        idle,         // between two requests, or within a head
        handling,     // the handler has the request
        inviting,     // it wants the body, and the client has to be told to send it
        discarding,   // the body
        streaming,    // the body
        piece,        // the handler has one
        answering,    // the handler has begun to
        refusing,     // there is something to be told first
        finishing,    // all that is queued is sent
        lingering,    // what comes is thrown away
        handed_over,  // to the handler
        over,
    };

    HttpAction next_request(std::span<char> octets, HttpTime now);
    HttpAction wait_for_request(HttpTime now) noexcept;
    HttpAction parse(std::span<char> octets, HttpTime now);
    wire::HttpResult<std::size_t> parse_head(std::span<char>& octets);
    HttpAction discard(std::span<char> octets);
    HttpAction discard_chunks(std::span<char> octets);
    HttpAction end_discarding(bool too_large) noexcept;
    HttpAction stream(std::span<char> octets);
    bool gather_chunks(std::span<char> octets);
    HttpAction more_of_body(HttpTime deadline);
    HttpAction fail_body(unsigned status, std::string_view reason);
    HttpAction linger(std::span<char> octets) noexcept;
    HttpAction refuse(unsigned status, std::string_view reason) noexcept;
    HttpAction finish() noexcept;
    HttpAction leave(std::string_view why);
    HttpRecord record() const;
    void add_record();
    bool has_left() const noexcept;
    void hang_up() noexcept;
    bool is_at_last_request() const noexcept
    {
        return options_.max_requests != 0 && requests_ + 1 >= options_.max_requests;
    }
    bool is_body_read() const noexcept { return body_done_ || !has_body(); }

    const HttpConnectionOptions& options_;
    HttpExchange* exchange_ = nullptr;
    HttpTime received_at_;              // when the last octets came
    HttpTime began_{};                  // the request under way
    HttpTime waiting_since_{};          // for the head or the body that is yet to be complete
    HttpTime deadline_{};               // of the next request, or of lingering
    HttpTime::duration body_waited_{};  // for octets of the body that have come and aren't counted yet
    std::size_t octets_ = 0;            // that there were the last time
    std::size_t spent_ = 0;             // octets at the front that are done with
    std::size_t thrown_away_ = 0;
    std::uint64_t requests_ = 0;  // that were answered
    SendPatience sending_;
    RateWatch receiving_;        // of a body that is a stream
    std::string_view reason_{};  // of `status_`, or why the connection is lost
    unsigned status_ = 0;        // to be refused with
    Phase phase_ = Phase::idle;
    HttpBodyUse use_ = HttpBodyUse::discard;
    bool logs_;
    bool begun_ = false;         // octets of a request have come, and the log has no record of it
    bool has_request_ = false;   // its head is complete
    bool answer_begun_ = false;  // to it
    bool body_done_ = false;     // all of its body has come
    bool any_request_ = false;
    bool waits_ = false;      // a deadline runs
    bool uninvited_ = false;  // the client waits for the handler's word to send its body
    bool keep_ = true;
    bool hangs_up_ = false;  // it is we who end the connection: the client may still be sending
    bool is_curt_ = false;   // and what it sends isn't read
    bool ended_ = false, expired_ = false, draining_ = false, lost_ = false;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/http/http_connection.ipp>
#endif
