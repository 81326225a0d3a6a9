// The compiled ScriptedPaths. Only tests link it.
#include <libnet/impl/trace/scripted_paths.ipp>
