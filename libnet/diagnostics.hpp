#pragma once
// What a class of the library reports where there is no caller to tell: the `diagnostics` in its options.
//
//   libnet::StaticFileServerOptions options;
//   options.diagnostics = [](libnet::DiagnosticLevel level, std::string_view text) {
//       std::cerr << level << ": " << text << '\n';
//   };
//
// No failure goes unreported: an exception that ends a connection, descriptors that have run out (said once, and when it is
// over), a directory that can't be watched. What concerns one request is in its AccessRecord.

#include <libnet/base/diagnostics.hpp>
