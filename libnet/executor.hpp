#pragma once
// The executor that a server runs on.

#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/server_executor.hpp>

namespace libnet::inline v0 {

/// An io_context's own executor: a server's connections don't pay for a type-erased one.
using Executor = io::Executor;

/// What a server's constructor takes in its place: any executor over an io_context.
using ServerExecutor = io::ServerExecutor;

}  // namespace libnet::inline v0
