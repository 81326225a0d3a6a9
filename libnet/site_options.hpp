#pragma once
// What a site of a StaticFileServer answers, and how: SiteOptions.

#include <libnet/engine/files/site_options.hpp>
