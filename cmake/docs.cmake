# cmake --build ... --target docs: a site of the interface in docs/html, from the comments in headers and libnet/doc. A warning
# of Doxygen, such as one about a name without a comment, is an error.
find_program(LIBNET_DOXYGEN doxygen)
mark_as_advanced(LIBNET_DOXYGEN)
if(NOT LIBNET_DOXYGEN)
    add_custom_target(docs
        COMMAND ${CMAKE_COMMAND} -E echo "docs: doxygen is not here (Debian: apt-get install doxygen); install it and configure again"
        COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
    return()
endif()

# Headers of lower floors whose names are interface by a `using` in `libnet`, or stand there.
set(lower
    base/diagnostics base/histogram base/statistics
    engine/access/access_rules engine/access/client_limits engine/dns/name_refresh engine/files/site_options
    engine/http/http_forwarding engine/ping/ping_events engine/ping/ping_payload engine/ping/ping_rhythm
    engine/ping/ping_statistics engine/proxy/address_class engine/proxy/egress_rule engine/proxy/header_rules
    engine/proxy/parent_proxy engine/proxy/week_times engine/query/interface_state engine/query/narrow_links
    engine/query/node_answer engine/query/path_mtu_result engine/time_point engine/trace/hop_statistics engine/trace/hop_verdict
    engine/trace/path_change engine/trace/trace_change engine/trace/trace_counters engine/trace/trace_options
    engine/trace/trace_path engine/trace/trace_target engine/trace/trace_tcp
    io/access/access_control io/access/client_limiter io/access/credential_files io/access/egress_control
    io/dns/name_lookup io/dns/resolver io/dns/resolver_options io/http/http_endpoint io/icmp/icmp_options
    io/loop/executor io/loop/server_executor io/tcp/connection_now io/tls/tls_client io/tls/tls_context
    io/tls/tls_options
    wire/http/forwarded wire/http/forwarding_field wire/http/http_fields wire/http/http_limits wire/http/proxy_status wire/icmp/icmp_extended_echo
    wire/icmp/icmp_extensions wire/icmp/node_information wire/ip/address_range wire/ip/interface_name wire/ip/ip_version wire/ip/ipv4_options
    wire/ip/network)
list(TRANSFORM lower PREPEND libnet/)
list(TRANSFORM lower APPEND .hpp)
list(JOIN lower " " lower)

file(WRITE ${PROJECT_BINARY_DIR}/docs/Doxyfile "
PROJECT_NAME = libnet++
PROJECT_NUMBER = ${PROJECT_VERSION}
PROJECT_BRIEF = \"${PROJECT_DESCRIPTION}\"
OUTPUT_DIRECTORY = \"${PROJECT_BINARY_DIR}/docs\"
INPUT = libnet libnet/testing libnet/doc ${lower}
FILE_PATTERNS = *.hpp *.md *.dox
EXCLUDE = libnet/README.md libnet/src.hpp
EXCLUDE_SYMBOLS = *::detail *::detail::*
EXAMPLE_PATH = examples
INPUT_FILTER = \"sed -E -f ${PROJECT_SOURCE_DIR}/cmake/doxygen.sed\"
STRIP_FROM_PATH = \"${PROJECT_SOURCE_DIR}\"
STRIP_FROM_INC_PATH = \"${PROJECT_SOURCE_DIR}\"
JAVADOC_AUTOBRIEF = YES
BUILTIN_STL_SUPPORT = YES
SORT_MEMBER_DOCS = NO
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
SEARCH_INCLUDES = NO
PREDEFINED = \"BOOST_ASIO_COMPLETION_TOKEN_FOR(x)=typename\" LIBNETXX_SEPARATE_COMPILATION LIBNETXX_TLS LIBNETXX_IDN LIBNETXX_COMPRESSION
HAVE_DOT = NO
CLASS_GRAPH = NO
GENERATE_LATEX = NO
GENERATE_TREEVIEW = YES
QUIET = YES
WARN_AS_ERROR = FAIL_ON_WARNINGS
")
add_custom_target(docs
    COMMAND ${LIBNET_DOXYGEN} ${PROJECT_BINARY_DIR}/docs/Doxyfile
    COMMAND ${CMAKE_COMMAND} -E echo "docs: ${PROJECT_BINARY_DIR}/docs/html/index.html"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
