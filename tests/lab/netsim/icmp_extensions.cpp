#include <tests/lab/netsim/icmp_extensions.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

namespace {

using libnet::base::store_be;

constexpr std::size_t extension_header_size = 4;  ///< of the structure, and of each object
constexpr std::uint8_t mpls_class = 1, interface_class = 2;

//  +-------------------------------+---------------+---------------+
//  |            Length             |   Class-Num   |   C-Type      |
//  +-------------------------------+---------------+---------------+
/// Returns where the object begins, for `end_object`.
std::size_t begin_object(Bytes& out, std::uint8_t class_number, std::uint8_t type)
{
    append(out, std::uint16_t{0});
    append(out, class_number);
    append(out, type);
    return out.size() - extension_header_size;
}

void end_object(Bytes& out, std::size_t begin)
{
    out.resize(begin + (out.size() - begin + 3) / 4 * 4);
    store_be(std::span{out}, begin, static_cast<std::uint16_t>(out.size() - begin));
}

void append_mpls(Bytes& out, const std::vector<MplsLabel>& stack)
{
    const std::size_t begin = begin_object(out, mpls_class, 1);
    for (const auto& entry : stack) {
        const std::uint32_t bottom = &entry == &stack.back() ? 1 : 0;
        append(out, entry.label << 12 | std::uint32_t{entry.traffic_class} << 9 | bottom << 8 | entry.ttl);
    }
    end_object(out, begin);
}

/// RFC 5837 section 4: the C-Type says which parts follow, in this order.
void append_interface(Bytes& out, const InterfaceInformation& interface)
{
    const auto type = static_cast<std::uint8_t>(unsigned{interface.role} << 6 | (interface.index ? 8U : 0U) |
                                                (interface.address ? 4U : 0U) | (interface.name ? 2U : 0U) |
                                                (interface.mtu ? 1U : 0U));
    const std::size_t begin = begin_object(out, interface_class, type);
    if (interface.index) append(out, *interface.index);
    if (interface.address) {
        const bool v4 = interface.address->is_v4();
        append(out, static_cast<std::uint16_t>(v4 ? 1 : 2));  // address family numbers of IANA
        append(out, std::uint16_t{0});
        out.resize(out.size() + (v4 ? 4 : 16));
        store_address(out, out.size() - (v4 ? 4 : 16), *interface.address);
    }
    if (interface.name) {
        const std::size_t size = (1 + interface.name->size() + 3) / 4 * 4;
        append(out, static_cast<std::uint8_t>(size));
        for (const char c : *interface.name) append(out, static_cast<std::uint8_t>(c));
        out.resize(out.size() + size - 1 - interface.name->size());
    }
    if (interface.mtu) append(out, *interface.mtu);
    end_object(out, begin);
}

}  // namespace

void write_extensions(const Extensions& extensions, Bytes& out)
{
    if (extensions.empty()) return;
    constexpr std::size_t checksum_at = 2;
    const std::size_t begin = out.size();
    append(out, std::uint16_t{0x2000});  // version 2
    append(out, std::uint16_t{0});
    if (!extensions.mpls.empty()) append_mpls(out, extensions.mpls);
    for (const auto& interface : extensions.interfaces) append_interface(out, interface);
    for (const auto& object : extensions.objects) {
        const std::size_t object_begin = begin_object(out, object.class_number, object.type);
        out.insert(out.end(), object.payload.begin(), object.payload.end());
        end_object(out, object_begin);
    }

    using Broken = Extensions::Broken;
    if (extensions.broken == Broken::length_zero)
        store_be<std::uint16_t>(std::span{out}, begin + extension_header_size, 0);
    if (extensions.broken == Broken::truncated) out.resize(out.size() - 2);
    auto sum = libnet::base::checksum(std::span{out}.subspan(begin));
    if (extensions.broken == Broken::checksum) sum = static_cast<std::uint16_t>(sum ^ 0x5555U);
    store_be(std::span{out}, begin + checksum_at, sum);
}

}  // namespace netsim
