#pragma once
// Whether packets may be fragmented.

namespace libnet::inline v0::io {

/// What the kernel does about packets that are larger than the path's MTU (ip(7), IP_MTU_DISCOVER).
enum class PathMtuDiscovery {
    system,  ///< as the system is set
    never,   ///< don't fragment is never set: fragments on the way
    want,    ///< don't fragment is set, and our own host fragments what is larger than the MTU it knows
    always,  ///< don't fragment is set; what is larger than the MTU that is known isn't sent
    probe,   ///< don't fragment is set, and what the kernel believes about the path is ignored
};

}  // namespace libnet::inline v0::io
