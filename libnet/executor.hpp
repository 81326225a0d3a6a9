#pragma once
// The executor that a server runs on.

#include <libnet/io/loop/executor.hpp>

namespace libnet::inline v0 {

/// An io_context's own executor: a server's connections don't pay for a type-erased one.
using Executor = io::Executor;

}  // namespace libnet::inline v0
