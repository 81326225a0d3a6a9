#pragma once
// What a Tracer does with names.

#include <libnet/impl/trace/tracer_state.hpp>
#include <libnet/io/dns/name_source.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// The question is about a name; what it finds is traced.
LIBNETXX_DECL boost::asio::awaitable<TracePath> trace_by_name(std::shared_ptr<TracerState> state, std::string name,
                                                              AddressFamily family)
{
    const boost::system::system_error aborted{boost::asio::error::operation_aborted};
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    if (state->stopped) throw aborted;
    if (!state->names) state->names = std::make_shared<io::NameSource>(state->executor, NameLookup{});
    auto asking = state->names->look_up(std::move(name), family);
    const auto found = co_await std::move(asking);
    if (state->stopped) throw aborted;
    auto tracing = trace_one(state->begin(), found.addresses.front());
    co_return co_await std::move(tracing);
}

}  // namespace detail

LIBNETXX_DECL void Tracer::resolve_by(NameLookup look_up)
{
    if (state_->names) throw std::logic_error{"Tracer::resolve_by: comes before the first name, and once"};
    state_->names = std::make_shared<io::NameSource>(state_->executor, std::move(look_up));
}

LIBNETXX_DECL boost::asio::awaitable<TracePath> Tracer::trace(std::string_view name, AddressFamily family)
{
    return detail::trace_by_name(state_.share(), std::string{name}, family);
}

}  // namespace libnet::inline v0
