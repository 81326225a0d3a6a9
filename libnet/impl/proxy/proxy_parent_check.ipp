#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/impl/proxy/proxy_parent_check.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>

#include <array>
#include <span>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL ProxyParentCheck::ProxyParentCheck(ForwardProxyState& proxy, std::size_t parent)
    : proxy_{proxy},
      parent_{parent},
      time_{proxy.wheel, [this] { on_time(); }}
{
    time_.expires_after(std::chrono::milliseconds{0});
}

LIBNETXX_DECL const engine::ParentProxy& ProxyParentCheck::parent() const noexcept
{
    return proxy_.options.parents[parent_];
}

LIBNETXX_DECL void ProxyParentCheck::on_time()
{
    if (dial_ || peer_) end(false, "it doesn't answer in time");
    else begin();
}

/// Parents are the operator's: their addresses are not judged, and a name is looked up on nobody's behalf.
LIBNETXX_DECL void ProxyParentCheck::begin()
{
    time_.expires_after(proxy_.options.connect_timeout);
    const io::Dial::Judge any = [](const io::asio::ip::address&) { return true; };
    dial_.emplace(*proxy_.connector, parent().host, parent().port, engine::client_key(io::asio::ip::address_v4::any()),
                  any, [this] { on_dialled(); });
    if (dial_->done()) on_dialled();
}

LIBNETXX_DECL void ProxyParentCheck::on_dialled()
{
    using End = io::Dial::End;
    if (dial_->end() == End::no_name) return end(false, "its name has no address");
    if (dial_->end() != End::connected) return end(false, "it can't be connected to");
    socket_.emplace(proxy_.connector->poll(), dial_->take(), this);
    dial_.reset();
    peer_.emplace(*socket_);
    std::string probe;
    engine::append_parent_probe(probe, parent());
    if (!peer_->send({probe})) return end(false, "it closes connections");
    go_on();
}

LIBNETXX_DECL void ProxyParentCheck::go_on()
{
    using engine::ParentFinding;
    for (;;) {
        std::array<char, engine::longest_parent_answer> room;
        const auto taken = peer_->flush() ? peer_->receive(room) : io::Transferred{io::Transfer::failed};
        if (taken.outcome == io::Transfer::want_read) return;
        if (taken.outcome != io::Transfer::done) return end(false, "it closes connections");
        received_.append(room.data(), taken.size);
        const auto finding = engine::read_parent_probe(parent(), received_);
        if (finding == ParentFinding::works) return end(true, {});
        if (finding == ParentFinding::broken) return end(false, "its answer can't be read, or it wants a log-in");
    }
}

LIBNETXX_DECL void ProxyParentCheck::end(bool works, std::string_view why)
{
    using Change = engine::ParentHealth::Change;
    dial_.reset();
    peer_.reset();
    socket_.reset();
    received_.clear();
    time_.expires_after(proxy_.options.parent_check);
    const auto change = proxy_.parents.checked(parent_, works);
    if (change == Change::came_up)
        proxy_.diagnostics.tell(DiagnosticLevel::info, "the parent proxy " + parent().name + " is up again");
    if (change == Change::went_down) {
        auto words = "the parent proxy " + parent().name + " is down: ";
        words += why;
        proxy_.diagnostics.tell(DiagnosticLevel::warning, words);
    }
}

}  // namespace libnet::inline v0::detail
