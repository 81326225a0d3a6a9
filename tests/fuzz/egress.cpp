// Any text as a list, as rules, and as a host: what is refused is named by its line, and what is read has one spelling.

#include <libnet/engine/proxy/egress_policy.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>

using namespace libnet;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

void check_host(std::string_view text)
{
    const auto host = wire::canonical_host(text);
    if (!host) return;
    require(wire::canonical_host(host->name) == host);
    require(host->address || wire::canonical_host(std::string{text} + "x") != host);
}

std::shared_ptr<const engine::EgressList> no_list(const std::string&) { throw std::invalid_argument{"none"}; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_host(text);
    try {
        const engine::EgressList list{std::string{text}, base::SipKey{1, 2}};
        list.find(text);
        list.find(text.substr(0, text.find('\n')));
        list.find(boost::asio::ip::make_address("10.0.0.1"));
    } catch (const std::invalid_argument& error) {
        require(std::string_view{error.what()}.starts_with("line "));
    }
    try {
        const engine::EgressPolicy policy{{false, {}, engine::parse_egress_rules(text, no_list)}};
        const engine::EgressClient client{};
        const auto target = engine::egress_target(text.substr(0, text.find('\n')), 80, "GET", text);
        require(!engine::explain(policy, client, target, {boost::asio::ip::make_address("10.0.0.1")}).empty());
    } catch (const std::invalid_argument& error) {
        require(std::string_view{error.what()}.starts_with("line "));
    }
    return 0;
}
