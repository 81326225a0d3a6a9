#pragma once
// Bodies of libnet/address_origins.hpp.

#include <libnet/address_origins.hpp>
#include <libnet/engine/dns/origin_lookups.hpp>
#include <libnet/io/dns/text_lookups.hpp>

#include <utility>

namespace libnet::inline v0 {

namespace detail {

class AddressOriginsState : public std::enable_shared_from_this<AddressOriginsState> {
public:
    AddressOriginsState(const boost::asio::any_io_executor& executor, AddressOriginsOptions options)
        : options_{std::move(options)},
          texts_{executor, options_.resolver}
    {}

    void look_up(const boost::asio::ip::address& address)
    {
        const auto question = lookups_.look_up(address);
        if (!question) return;
        texts_.ask(*question, [weak = weak_from_this(), address](const std::vector<std::string>& records) {
            if (const auto self = weak.lock()) self->on_answer(address, records);
        });
    }

    const engine::OriginLookups& lookups() const noexcept { return lookups_; }

private:
    void on_answer(const boost::asio::ip::address& address, const std::vector<std::string>& records)
    {
        lookups_.on_answer(address, records);
        if (options_.on_settled) options_.on_settled();
    }

    AddressOriginsOptions options_;
    engine::OriginLookups lookups_;
    io::TextLookups texts_;
};

}  // namespace detail

LIBNETXX_DECL AddressOrigins::AddressOrigins(boost::asio::any_io_executor executor, AddressOriginsOptions options)
    : state_{std::make_shared<detail::AddressOriginsState>(executor, std::move(options))}
{}

LIBNETXX_DECL AddressOrigins::~AddressOrigins() = default;
LIBNETXX_DECL AddressOrigins::AddressOrigins(AddressOrigins&&) noexcept = default;
LIBNETXX_DECL AddressOrigins& AddressOrigins::operator=(AddressOrigins&&) noexcept = default;

LIBNETXX_DECL void AddressOrigins::look_up(const boost::asio::ip::address& address) { state_->look_up(address); }

LIBNETXX_DECL bool AddressOrigins::is_settled(const boost::asio::ip::address& address) const
{
    return state_->lookups().is_settled(address);
}

LIBNETXX_DECL std::optional<std::string> AddressOrigins::find(const boost::asio::ip::address& address) const
{
    const auto* origin = state_->lookups().find(address);
    return origin ? std::optional{origin->text()} : std::nullopt;
}

}  // namespace libnet::inline v0
