#pragma once
// What a class of the library complains of: the `diagnostics` in its options.
//
//   libnet::StaticFileServerOptions options;
//   options.diagnostics = [](libnet::DiagnosticLevel level, std::string_view text) {
//       std::cerr << level << ": " << text << '\n';
//   };
//
// Nothing is swallowed: an exception that ends a connection, descriptors that have run out (said once, and when it is
// over), a directory that can't be watched. What concerns one request is in its AccessRecord.

#include <libnet/base/diagnostics.hpp>
