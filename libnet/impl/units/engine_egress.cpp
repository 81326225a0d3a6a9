#include <libnet/engine/proxy/address_class.ipp>
#include <libnet/engine/proxy/credentials.ipp>
#include <libnet/engine/proxy/egress_list.ipp>
#include <libnet/engine/proxy/egress_policy.ipp>
#include <libnet/engine/proxy/egress_rule.ipp>
#include <libnet/engine/proxy/egress_verdict.ipp>
#include <libnet/engine/proxy/pac_file.ipp>
