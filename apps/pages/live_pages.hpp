#pragma once
// Pages that show what happens as it happens: files that are compiled into the programs, and a document that they follow.

#include <libnet/engine/http/known_hosts.hpp>
#include <libnet/http_endpoint.hpp>
#include <libnet/live_source.hpp>
#include <libnet/watch_documents.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// A file of this folder.
struct PageFile {
    std::string_view name, content;
};

/// All of them; made by CMake.
std::span<const PageFile> page_files();

/// Under which names the pages are served (engine::KnownHosts): addresses, localhost, the name of this machine, and these, such
/// as that of a proxy in front.
engine::KnownHosts page_hosts(std::vector<std::string> names);

/// Mounts a page at `/`: `NAME.html`, with `NAME.js`, `page.js` and `page.css`, and what it follows: a WebSocket at `/live`, and
/// where that doesn't get through, GET of `/live.json?since=N`. Either has
///
///     {"build":"…","next":N,"document":{…}}
///
/// without a document where nothing is new. `build` names the files: a page of others loads itself again. The pages may
/// load nothing from anywhere else, and run no script but their own (Content-Security-Policy). 16 WebSockets are open at one
/// time, so that pages leave connections to others; more pages have to ask. A request for a page or its data with a Host
/// that isn't one of `hosts` gets a 403.
void mount_live_page(HttpEndpoint& endpoint, std::string_view name, LiveSource source, const engine::KnownHosts& hosts);

/// The same for an exporter: `NAME.html` with `NAME.js` and `watch.js`, GET of `/strips.json?ids=1,2` (32 at the most), an object
/// of strips by their ids, and of `/target.json?id=N`.
void mount_watch_page(HttpEndpoint& endpoint, std::string_view name, const WatchDocuments& documents,
                      const engine::KnownHosts& hosts);

}  // namespace libnet::apps
