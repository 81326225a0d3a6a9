#pragma once

#include <libnet/io/dns/resolver.ipp>
#include <libnet/io/dns/shared_resolver.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

namespace libnet::inline v0::io {

namespace detail {

/// Performs what `engine::NameLookups` decides.
class SharedResolverState : public std::enable_shared_from_this<SharedResolverState> {
public:
    SharedResolverState(const asio::any_io_executor& executor, const ResolverOptions& options,
                        const engine::NameLookupOptions& lookups)
        : executor_{executor},
          timer_{executor},
          lookups_{lookups},
          resolver_{std::make_shared<ResolverState>(executor, options)}
    {}

    void begin(NameWait& wait, std::string_view name, engine::ClientKey client, engine::NameLookups::Wish wish)
    {
        wait.ticket_ = lookups_.ask(name, client, wish, Clock::now());
        waits_.emplace(wait.ticket_, &wait);
        act();
    }

    void leave(const NameWait& wait)
    {
        if (waits_.erase(wait.ticket_) > 0) lookups_.leave(wait.ticket_);
    }

    const engine::NameLookups& lookups() const noexcept { return lookups_; }

    void close()
    {
        closed_ = true;
        asked_.clear();
        resolver_->close();
        timer_.cancel();
    }

private:
    using Clock = std::chrono::steady_clock;
    using Question = engine::NameLookups::Question;

    /// What is told may ask for more, and end this.
    void act()
    {
        if (acting_) return;
        const auto self = shared_from_this();
        const Acting acting{acting_};
        while (!closed_) {
            const auto action = lookups_.next(Clock::now());
            if (!action) return wait();
            if (const auto* question = std::get_if<engine::NameLookups::Ask>(&*action)) ask(*question);
            else tell(std::get<engine::NameLookups::Tell>(*action));
        }
    }

    void tell(const engine::NameLookups::Tell& tell)
    {
        const auto found = waits_.find(tell.ticket);
        if (found == waits_.end()) return;
        NameWait& wait = *found->second;
        waits_.erase(found);
        wait.outcome_ = tell.outcome;
        if (const auto on_done = std::move(wait.on_done_)) on_done();
    }

    void ask(const engine::NameLookups::Ask& ask)
    {
        using Family = engine::NameLookups::Family;
        const auto family = ask.family == Family::ipv4 ? AddressFamily::ipv4 : AddressFamily::ipv6;
        try {
            if (auto known = answer_without_asking(executor_, ask.name, family))
                return lookups_.on_answer(ask.question, std::move(known->addresses), known->ttl, Clock::now());
        } catch (const boost::system::system_error& error) {
            return fail(ask.question, error.code());
        }
        start(ask.question, NameQuestion{*wire::ascii_host_name(ask.name), family});
    }

    void start(Question question, Lookup::Question about)
    {
        // Not at once: it is called in the middle of c-ares' work, maybe before there is a lookup.
        const auto on_finished = [weak = weak_from_this(), executor = executor_, question] {
            asio::post(executor, [weak, question] {
                if (const auto state = weak.lock()) state->on_finished(question);
            });
        };
        asked_.emplace(question, resolver_->start(std::move(about), on_finished));
    }

    void on_finished(Question question)
    {
        const auto found = asked_.find(question);
        if (found == asked_.end()) return;
        const auto lookup = std::move(found->second);
        asked_.erase(found);
        const auto* name = std::get_if<NameQuestion>(&lookup->question);
        if (lookup->status == ARES_SUCCESS)
            lookups_.on_answer(question, std::move(lookup->addresses), lookup->ttl, Clock::now());
        else if (name != nullptr && lookup->status == ARES_ENODATA && lookups_.other_has_none(question))
            start(question, AliasQuestion{name->name});  // some servers hand out a loop of aliases without an address
        else fail(question, resolve_error(lookup->status, {}, AddressFamily::any).code());
        act();
    }

    void fail(Question question, boost::system::error_code error)
    {
        using Failure = engine::NameLookups::Failure;
        auto why = Failure::passing;
        if (error == asio::error::host_not_found) why = Failure::no_name;
        if (error == boost::system::errc::too_many_symbolic_link_levels) why = Failure::no_name;  // it leads nowhere
        if (error == asio::error::no_data) why = Failure::no_address;
        lookups_.on_failure(question, error, why, Clock::now());
    }

    void wait()
    {
        const auto deadline = lookups_.deadline();
        if (!deadline) {
            timer_.cancel();
            return;
        }
        timer_.expires_at(*deadline);
        timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const auto state = weak.lock();
            if (state && !error) state->act();
        });
    }

    /// Resets the flag however it is left: what is told may throw.
    struct Acting {
        explicit Acting(bool& flag) : acting{flag} { acting = true; }
        ~Acting() { acting = false; }
        bool& acting;
    };

    asio::any_io_executor executor_;
    asio::steady_timer timer_;
    engine::NameLookups lookups_;
    std::shared_ptr<ResolverState> resolver_;
    std::unordered_map<engine::NameLookups::Ticket, NameWait*> waits_;
    std::unordered_map<Question, std::shared_ptr<Lookup>> asked_;
    bool acting_ = false;
    bool closed_ = false;
};

}  // namespace detail

LIBNETXX_DECL SharedResolver::SharedResolver(asio::any_io_executor executor, ResolverOptions options,
                                             engine::NameLookupOptions lookups)
{
    auto& questions = lookups.questions;
    questions.max_quick = 2 * std::max<std::size_t>(options.max_in_flight, 1);  // both families of a name
    questions.max_quick_per_client = std::max<std::size_t>(questions.max_quick / 4 * 3, 1);
    options.max_in_flight = questions.max_under_way;
    state_ = std::make_shared<detail::SharedResolverState>(std::move(executor), options, lookups);
}

LIBNETXX_DECL SharedResolver::~SharedResolver() { state_->close(); }

LIBNETXX_DECL std::size_t SharedResolver::open_questions() const noexcept { return state_->lookups().open_questions(); }

LIBNETXX_DECL std::vector<std::string> SharedResolver::open_names(std::size_t most) const
{
    return state_->lookups().open_names(most);
}

LIBNETXX_DECL NameWait::NameWait(SharedResolver& resolver, std::string_view name, engine::ClientKey client,
                                 engine::NameLookups::Wish wish, std::function<void()> on_done)
    : state_{resolver.state_},
      ticket_{}
{
    state_->begin(*this, name, client, wish);
    if (!outcome_) on_done_ = std::move(on_done);
}

LIBNETXX_DECL NameWait::~NameWait() { state_->leave(*this); }

}  // namespace libnet::inline v0::io
